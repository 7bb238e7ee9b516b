package types

// A Value is one KQL value as Go holds it:
//
//	null      nil (a string is never null: '' instead)
//	bool      bool
//	datetime  Instant
//	decimal   DecimalValue
//	dynamic   nil | bool | int64 | float64 | string | Instant | Interval | UUID | DecimalValue | []Value | *Bag
//	guid      UUID
//	int       int32 (int64 inside dynamic)
//	long      int64
//	real      float64
//	string    string
//	timespan  Interval
//
// A Value does not carry its KQL type; the column or expression it comes from
// does. Slices and bags are never changed once they are a Value.
type Value any

// Instant is a datetime: 100 ns ticks since 0001-01-01T00:00:00Z.
type Instant int64

// Interval is a timespan in 100 ns ticks.
type Interval int64

// UUID is a guid, in the order of its text form.
type UUID [16]byte

// Ticks per unit of time.
const (
	TicksPerMicrosecond = 10
	TicksPerMillisecond = 1e4
	TicksPerSecond      = 1e7
	TicksPerMinute      = 60 * TicksPerSecond
	TicksPerHour        = 60 * TicksPerMinute
	TicksPerDay         = 24 * TicksPerHour
	// UnixEpochTicks is 1970-01-01T00:00:00Z as an Instant.
	UnixEpochTicks = 621355968000000000
	// MaxInstant is 9999-12-31T23:59:59.9999999Z.
	MaxInstant = 3155378975999999999
)

// A Bag is a dynamic property bag: keys in the order they were written, each
// once.
type Bag struct {
	keys   []string
	values map[string]Value
}

// NewBag returns an empty bag with room for n properties.
func NewBag(n int) *Bag {
	return &Bag{keys: make([]string, 0, n), values: make(map[string]Value, n)}
}

// Set sets key to v; a key that exists keeps its place. Only the builder of a
// bag may call it, before the bag becomes a Value.
func (b *Bag) Set(key string, v Value) {
	if _, ok := b.values[key]; !ok {
		b.keys = append(b.keys, key)
	}
	b.values[key] = v
}

// Get returns the value of key and whether the bag has it.
func (b *Bag) Get(key string) (Value, bool) {
	v, ok := b.values[key]
	return v, ok
}

// Len returns the number of properties.
func (b *Bag) Len() int { return len(b.keys) }

// Keys returns the keys in order; the caller must not change the slice.
func (b *Bag) Keys() []string { return b.keys }
