package source

import (
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/flowlog"
)

// A Filter says which blobs are wanted. Names are compared without case; an
// empty list wants all. A blob whose path does not tell what is asked for is
// wanted only if nothing but time is asked for.
type Filter struct {
	From, To       time.Time // the hour logged: From <= hour < To; zero is no bound
	Subscriptions  []string  // ids
	ResourceGroups []string  // of the NSG, or of the network watcher
	NSGs           []string  // names of network security groups
	FlowLogs       []string  // names of flow logs
	VNets          []string  // names of the virtual networks that flow logs are of
	MACs           []string  // 12 hexadecimal digits, or pairs with hyphens or colons
}

// Normal returns f with its MAC addresses as paths write them.
func (f Filter) Normal() Filter {
	macs := make([]string, len(f.MACs))
	for i, m := range f.MACs {
		macs[i] = strings.ToUpper(strings.NewReplacer("-", "", ":", "").Replace(m))
	}
	f.MACs = macs
	return f
}

// Within returns f with its times narrowed to a span; zero is no bound.
func (f Filter) Within(from, to time.Time) Filter {
	if from.After(f.From) {
		f.From = from
	}
	if f.To.IsZero() || !to.IsZero() && to.Before(f.To) {
		f.To = to
	}
	return f
}

// Named reports whether f asks for more than times.
func (f *Filter) Named() bool {
	return len(f.Subscriptions)+len(f.ResourceGroups)+len(f.NSGs)+len(f.FlowLogs)+len(f.VNets)+len(f.MACs) > 0
}

// Times reports whether blobs of an hour are wanted; the zero hour always is.
func (f *Filter) Times(hour time.Time) bool {
	return hour.IsZero() || !hour.Before(f.From) && (f.To.IsZero() || hour.Before(f.To))
}

// Match reports whether the blob of a path is wanted. It leaves VNets aside:
// only a record says which virtual network it is of.
func (f *Filter) Match(p flowlog.BlobPath) bool {
	return f.Times(p.Hour) && f.MAC(p.MAC) && f.Resource(p.Type, p.Resource)
}

// MAC reports whether blobs of a MAC address, as a path writes it, are wanted.
func (f *Filter) MAC(mac string) bool { return oneOf(f.MACs, mac) }

// Resource reports whether blobs are wanted that a path says are of a resource:
// an NSG's id, or a flow log in any of the shapes that its name has.
func (f *Filter) Resource(kind flowlog.LogType, resource string) bool {
	r := ParseResource(resource)
	if !oneOf(f.Subscriptions, r.Subscription) || !oneOf(f.ResourceGroups, r.Group) {
		return false
	}
	if kind == flowlog.VNet {
		return len(f.NSGs) == 0 && r.flowLog(f.FlowLogs)
	}
	return len(f.FlowLogs)+len(f.VNets) == 0 && oneOf(f.NSGs, r.Name)
}

// Partial reports whether blobs below a folder can be wanted whose name tells
// only what r holds.
func (f *Filter) Partial(kind flowlog.LogType, r Resource) bool {
	if kind == flowlog.VNet && len(f.NSGs) > 0 || kind == flowlog.NSG && len(f.FlowLogs)+len(f.VNets) > 0 {
		return false
	}
	may := func(wanted []string, name string) bool { return name == "" || oneOf(wanted, name) }
	return may(f.Subscriptions, r.Subscription) && may(f.ResourceGroups, r.Group) && (kind == flowlog.VNet || may(f.NSGs, r.Name))
}

func oneOf(wanted []string, name string) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, name) })
}

// Resource is what the name of a blob tells of the NSG or flow log that it is
// of. What the name does not reach is empty.
type Resource struct {
	Subscription string
	Group        string // resource group
	Provider     string // such as MICROSOFT.NETWORK/NETWORKSECURITYGROUPS
	Name         string // of the resource; watcher and flow log in one in the short shape
	short        bool
}

// ParseResource reads what follows resourceId= or flowLogResourceID= in a blob's
// name, or a part of it that ends between two slashes.
func ParseResource(path string) Resource {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if !strings.EqualFold(parts[0], "SUBSCRIPTIONS") {
		// {subscription}_{group}/{watcher}_{flow log}
		sub, group, _ := strings.Cut(parts[0], "_")
		r := Resource{Subscription: sub, Group: group, short: true}
		if len(parts) > 1 {
			r.Name = parts[1]
		}
		return r
	}
	var r Resource
	part := func(i int) string {
		if i < len(parts) {
			return parts[i]
		}
		return ""
	}
	r.Subscription, r.Group = part(1), part(3)
	if len(parts) > 6 {
		r.Provider = part(5) + "/" + part(6)
	}
	if len(parts) > 7 {
		r.Name = parts[len(parts)-1]
	}
	return r
}

// flowLog reports whether the resource is one of the flow logs. In the short
// shape nothing tells where the network watcher's name ends and the flow log's
// begins, since both may hold underscores.
func (r Resource) flowLog(wanted []string) bool {
	if !r.short {
		return oneOf(wanted, r.Name)
	}
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(w string) bool {
		n := len(r.Name) - len(w)
		return n == 0 && strings.EqualFold(r.Name, w) || n > 0 && r.Name[n-1] == '_' && strings.EqualFold(r.Name[n:], w)
	})
}

// OtherLog returns what a path of Azure's shape holds if not a flow log:
// "activity log", or "resource log" for what another kind of resource wrote.
func OtherLog(p flowlog.BlobPath) string {
	if p.Type == flowlog.VNet {
		return ""
	}
	r := ParseResource(p.Resource)
	switch {
	case r.Subscription != "" && r.Provider == "" && !r.short:
		return "activity log"
	case r.Provider != "" && !strings.EqualFold(r.Provider, "MICROSOFT.NETWORK/NETWORKSECURITYGROUPS"):
		return "resource log"
	}
	return ""
}
