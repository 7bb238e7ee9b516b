package fn

import (
	"math/rand/v2"
	"regexp"

	"github.com/azflow/azflow/kql/types"
)

// A Kernel computes n rows of a function into out, whose Type is set and whose
// memory may be reused. Kernels accept arguments of other types than they
// prefer and convert them as KQL does; they keep no reference to args or out.
type Kernel func(ctx *Ctx, args []*types.Vector, n int, out *types.Vector) error

// Ctx is what kernels know besides their arguments. One Ctx serves one
// goroutine.
type Ctx struct {
	Now  types.Instant
	Rand *rand.Rand // nil: rand() and new_guid() return an error
	// GeoIP answers geo_info_from_ip_address; nil knows no address.
	GeoIP func(ip string) *types.Bag

	regexps map[string]*regexp.Regexp
}
