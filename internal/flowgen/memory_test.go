package flowgen_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/azflow/azflow/internal/flowgen"
)

// memory is a sink that keeps all it gets.
type memory struct {
	blobs map[string][]byte // by container/name
	ids   map[string][]string
	sizes map[string][]int
	files map[string][]byte
}

func newMemory() *memory {
	return &memory{map[string][]byte{}, map[string][]string{}, map[string][]int{}, map[string][]byte{}}
}

func (m *memory) Blob(b flowgen.Blob) error {
	key := b.Container + "/" + b.Name
	if _, ok := m.blobs[key]; ok {
		return fmt.Errorf("%s is written twice", key)
	}
	var all []byte
	for block := range b.Blocks {
		all = append(all, block.Data...)
		m.ids[key] = append(m.ids[key], block.ID)
		m.sizes[key] = append(m.sizes[key], len(block.Data))
	}
	m.blobs[key] = all
	return nil
}

func (m *memory) File(f flowgen.File) error {
	if _, ok := m.files[f.Name]; ok {
		return fmt.Errorf("%s is written twice", f.Name)
	}
	m.files[f.Name] = bytes.Clone(f.Data)
	return nil
}

// The demo that most tests look at ends in the middle of an hour.
var (
	demoEnd = time.Date(2026, 11, 21, 21, 34, 0, 0, time.UTC)
	shared  = sync.OnceValues(func() (*written, error) {
		w, err := write(1, demoEnd)
		if err != nil {
			return nil, err
		}
		return w, w.read()
	})
)

type written struct {
	*memory
	demo   *flowgen.Demo
	truth  *flowgen.Truth
	tuples []logged
}

func write(seed uint64, end time.Time) (*written, error) {
	d, err := flowgen.NewDemo(seed, end)
	if err != nil {
		return nil, err
	}
	w := &written{memory: newMemory(), demo: d}
	if err := d.WriteLogs(w); err != nil {
		return nil, err
	}
	if err := d.WriteInventory(w); err != nil {
		return nil, err
	}
	return w, nil
}

// read works out the truth, and reads all blobs without it.
func (w *written) read() (err error) {
	if w.truth, err = w.demo.Truth(); err != nil {
		return err
	}
	for name, text := range w.blobs {
		if strings.HasPrefix(name, flowgen.ContainerActivity) {
			continue
		}
		ts, err := read(name, text)
		if err != nil {
			return err
		}
		w.tuples = append(w.tuples, ts...)
	}
	return nil
}

func demo(t *testing.T) *written {
	t.Helper()
	w, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// logged is a tuple as a reader who knows nothing of this package finds it.
type logged struct {
	blob, mac, target, acl, rule string
	version                      int
	hour                         string // of the path
	record                       string // its time
	at                           time.Time
	src, dst, srcPort, dstPort   string
	proto, direction, state, enc string
	denied                       bool
	counters                     [4]int64
	text                         string
}

func (l logged) bytes() int64 { return l.counters[1] + l.counters[3] }

var blobPath = regexp.MustCompile(`^(insights-logs-flowlogflowevent/flowLogResourceID|insights-logs-networksecuritygroupflowevent/resourceId)=(/[^a-z]+?)/y=(\d{4})/m=(\d{2})/d=(\d{2})/h=(\d{2})/m=00/macAddress=([0-9A-F]{12})/PT1H\.json$`)

// read reads one blob with encoding/json.
func read(name string, text []byte) ([]logged, error) {
	path := blobPath.FindStringSubmatch(name)
	if path == nil {
		return nil, fmt.Errorf("%s is no path of Azure's", name)
	}
	var doc struct {
		Records []struct {
			Time             string
			MacAddress       string
			FlowLogVersion   int
			TargetResourceID string
			ResourceID       string
			FlowRecords      struct {
				Flows []struct {
					ACLID      string
					FlowGroups []struct {
						Rule       string
						FlowTuples []string
					}
				}
			}
			Properties struct {
				Version int
				Flows   []struct {
					Rule  string
					Flows []struct {
						MAC        string
						FlowTuples []string
					}
				}
			}
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []logged
	for _, r := range doc.Records {
		base := logged{blob: name, mac: path[7], hour: path[3] + path[4] + path[5] + path[6], record: r.Time, target: r.TargetResourceID + r.ResourceID, version: r.FlowLogVersion + r.Properties.Version}
		if r.MacAddress != path[7] {
			return nil, fmt.Errorf("%s holds records of %s", name, r.MacAddress)
		}
		if logged, err := time.Parse(time.RFC3339, r.Time); err != nil || logged.Format("2006010215") != base.hour || len(r.Time) != 28 {
			return nil, fmt.Errorf("%s holds a record of %s", name, r.Time)
		}
		add := func(acl, rule string, tuples []string) error {
			for _, tu := range tuples {
				l := base
				l.acl, l.rule = acl, rule
				if err := l.parse(tu); err != nil {
					return fmt.Errorf("%s: %q: %w", name, tu, err)
				}
				out = append(out, l)
			}
			return nil
		}
		for _, f := range r.FlowRecords.Flows {
			for _, g := range f.FlowGroups {
				if err := add(f.ACLID, g.Rule, g.FlowTuples); err != nil {
					return nil, err
				}
			}
		}
		for _, f := range r.Properties.Flows {
			for _, g := range f.Flows {
				if g.MAC != base.mac {
					return nil, fmt.Errorf("%s holds flows of %s", name, g.MAC)
				}
				if err := add("", f.Rule, g.FlowTuples); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

func (l *logged) parse(text string) error {
	f := strings.Split(text, ",")
	want := map[int]int{1: 8, 2: 13, 4: 13}[l.version]
	if len(f) != want {
		return fmt.Errorf("%d parts, want %d", len(f), want)
	}
	l.text = text
	n, err := strconv.ParseInt(f[0], 10, 64)
	if err != nil {
		return err
	}
	l.src, l.dst, l.srcPort, l.dstPort, l.proto, l.direction = f[1], f[2], f[3], f[4], f[5], f[6]
	for _, a := range []string{l.src, l.dst} {
		if _, err := netip.ParseAddr(a); err != nil {
			return err
		}
	}
	switch l.version {
	case 4:
		l.at = time.UnixMilli(n).UTC()
		l.state, l.enc, l.denied = f[7], f[8], f[7] == "D"
	case 2:
		l.at = time.Unix(n, 0).UTC()
		l.state, l.denied = f[8], f[7] == "D"
	default:
		l.at = time.Unix(n, 0).UTC()
		l.denied = f[7] == "D"
		return nil
	}
	empty := strings.Join(f[9:], "")
	if l.version == 2 && l.state == "B" {
		if empty != "" {
			return fmt.Errorf("counters in a B")
		}
		return nil
	}
	if l.version == 4 && (l.state == "B" || l.state == "D") && empty != "0000" {
		return fmt.Errorf("counters in a %s", l.state)
	}
	for i := range l.counters {
		if l.counters[i], err = strconv.ParseInt(f[9+i], 10, 64); err != nil || l.counters[i] < 0 {
			return fmt.Errorf("counter %d: %w", i, err)
		}
	}
	return nil
}
