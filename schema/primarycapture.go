package schema

// primaryCapture is IsPrimaryCapture of Flows and NTANetAnalytics: of the NICs
// that logged an exchange in an hour, the initiator's counts, else the
// responder's, else that of what stands between, which sees each packet come in
// and go out; a pod's packets its node sees once. An address is local in the
// hours in which its own NIC logged.
const primaryCapture = `CaptureRole == "Initiator"
or (CaptureRole != "Initiator" and strcat(SrcIp, "|", tolong(bin(TimeGenerated, 1h))) !in (LocalAddresses | project strcat(Ip, "|", tolong(Hour)))
    and (CaptureRole == "Responder"
        or ((CaptureRole == "Gateway" or (CaptureRole == "Transit" and (FlowDirection == "Inbound" or SrcMiss == "pod address")))
            and DestLoadBalancerRole != "Frontend"
            and strcat(DestIp, "|", tolong(bin(TimeGenerated, 1h))) !in (LocalAddresses | project strcat(Ip, "|", tolong(Hour))))))`
