package inventory

import "strings"

// An ID is an ARM resource ID in lower case. Azure compares IDs without case
// and spells them in several.
type ID = string

// idPart returns the part of id after /key/, "" if it has none.
func idPart(id ID, key string) string {
	_, rest, ok := strings.Cut(id, "/"+key+"/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// Subscription returns the subscription that a resource lies in.
func Subscription(id ID) string { return idPart(id, "subscriptions") }

// group returns the resource group of a resource.
func group(id ID) string { return idPart(id, "resourcegroups") }

// typeOf returns the last part of a resource's type, such as
// networkinterfaces; "" if id is no resource's.
func typeOf(id ID) string {
	i := strings.LastIndex(id, "/providers/")
	if i < 0 {
		return ""
	}
	p := strings.Split(id[i+len("/providers/"):], "/")
	if len(p) < 3 || len(p)%2 == 0 {
		return ""
	}
	return p[len(p)-2]
}

// Short returns resourcegroup/name of a resource, as Traffic Analytics names
// NICs, VMs, networks and subnets; names of nested resources follow, but an
// instance of a scale set is called as its computer is, set_instance.
func Short(id ID) string {
	i := strings.LastIndex(id, "/providers/")
	if i < 0 {
		return id
	}
	p := strings.Split(id[i+len("/providers/"):], "/")
	if len(p) < 3 {
		return id
	}
	if set := idPart(id, "virtualmachinescalesets"); set != "" {
		name := set + "_" + idPart(id, "virtualmachines")
		if nic := idPart(id, "networkinterfaces"); nic != "" {
			name += "/" + nic
		}
		return group(id) + "/" + name
	}
	short := group(id)
	for k := 2; k < len(p); k += 2 {
		short += "/" + p[k]
	}
	return short
}

// ShortWithSubscription returns subscription/resourcegroup/name, as Traffic
// Analytics names load balancers, gateways and circuits.
func ShortWithSubscription(id ID) string {
	if Subscription(id) == "" {
		return id
	}
	return Subscription(id) + "/" + Short(id)
}

// ShortWithType returns resourcegroup/type/name, as Traffic Analytics names what
// lies behind a private endpoint.
func ShortWithType(id ID) string {
	kind := typeOf(id)
	if kind == "" {
		return id
	}
	return group(id) + "/" + kind + "/" + id[strings.LastIndexByte(id, '/')+1:]
}

// networkOf returns the ID of the virtual network of a subnet.
func networkOf(subnet ID) ID {
	vnet, _, _ := strings.Cut(subnet, "/subnets/")
	return vnet
}

// parent returns the ID before /key/.
func parent(id ID, key string) ID {
	p, _, _ := strings.Cut(id, "/"+key+"/")
	return p
}
