package azblob

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/source"
)

const (
	// pageSize is how many blobs one answer lists at most. The service's own
	// bound is 5,000, which takes twice the memory for no fewer cents.
	pageSize = 2000
	// knownFor is how long the NSGs and flow logs of a container are taken for
	// all there are, when only some hours of them are looked for.
	knownFor = 5 * time.Minute
	// maxHours is for how many hours one listing each is asked; more are looked
	// for day by day.
	maxHours = 48
	// ahead is how far the clock of what names blobs may be ahead of ours.
	ahead = time.Hour
)

// discovered are the folders of NSGs and flow logs in a container: what lies
// above y=.
type discovered struct {
	at      time.Time
	folders []string
}

// List implements source.Source. It walks only into folders that can hold what
// the filter wants, several at a time. An error of authentication ends it.
func (s *Source) List(ctx context.Context) iter.Seq2[source.Blob, error] {
	return func(yield func(source.Blob, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		names := []string{s.opt.Location.Container}
		if names[0] == "" {
			names = []string{ContainerVNet, ContainerNSG}
		}
		w := newWalk(ctx, s)
		for _, name := range names {
			w.push(folder{name, s.opt.Location.Prefix})
		}
		found := w.run()
		defer func() {
			cancel()
			for range found {
				continue // the walkers end when they see the context
			}
		}()
		absent := 0
		for f := range found {
			var p *source.Problem
			var none *noContainer
			switch {
			case f.err == nil:
			case errors.As(f.err, &none):
				if absent++; absent < len(names) {
					continue
				}
				if len(names) > 1 {
					f.err = &source.Problem{
						Err:  fmt.Errorf("%s: it has neither container %s nor %s", s, ContainerVNet, ContainerNSG),
						Hint: "Azure makes them when the first flow log is written, minutes after it was enabled; az://" + s.opt.Location.Account + "/CONTAINER names another",
					}
				}
			case errors.As(f.err, &p) && p.Auth:
				yield(source.Blob{}, f.err)
				return
			}
			if !yield(f.blob, f.err) {
				return
			}
		}
	}
}

// noContainer marks that a container is not there.
type noContainer struct{ error }

func (n *noContainer) Unwrap() error { return n.error }

// folder is a prefix of blob names.
type folder struct{ container, prefix string }

// found is a blob or an error.
type found struct {
	blob source.Blob
	err  error
}

// walk is one listing. Folders to be listed wait on a stack, so that few do.
type walk struct {
	s   *Source
	ctx context.Context
	out chan found

	mu    sync.Mutex
	more  *sync.Cond
	todo  []folder
	going int // folders that are being listed

	heads  map[string][]string // folders of NSGs and flow logs met, by container
	failed bool                // part of the listing
}

func newWalk(ctx context.Context, s *Source) *walk {
	w := &walk{s: s, ctx: ctx, out: make(chan found, 64), heads: map[string][]string{}}
	w.more = sync.NewCond(&w.mu)
	return w
}

func (w *walk) push(f ...folder) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.todo = append(w.todo, f...)
	w.more.Broadcast()
}

// pop waits for a folder. It reports false when none can come any more.
func (w *walk) pop() (folder, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.todo) == 0 && w.going > 0 {
		w.more.Wait()
	}
	if len(w.todo) == 0 || w.ctx.Err() != nil {
		w.more.Broadcast()
		return folder{}, false
	}
	f := w.todo[len(w.todo)-1]
	w.todo = w.todo[:len(w.todo)-1]
	w.going++
	return f, true
}

func (w *walk) done() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.going--
	w.more.Broadcast()
}

// run lists all folders and closes the channel that it returns.
func (w *walk) run() <-chan found {
	var wg sync.WaitGroup
	for range w.s.opt.Parallel {
		wg.Go(func() {
			for f, ok := w.pop(); ok; f, ok = w.pop() {
				w.folder(f)
				w.done()
			}
		})
	}
	go func() {
		wg.Wait()
		w.remember()
		close(w.out)
	}()
	return w.out
}

// remember keeps what a whole listing met for the next one.
func (w *walk) remember() {
	if w.ctx.Err() != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed {
		return
	}
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	for name, folders := range w.heads {
		w.s.resources[name] = discovered{w.s.opt.Now(), folders}
	}
}

func (w *walk) send(f found) bool {
	select {
	case w.out <- f:
		return true
	case <-w.ctx.Done():
		return false
	}
}

// folder lists one folder: whole if all of it can be wanted, else by what lies
// right in it.
func (w *walk) folder(f folder) {
	if f.prefix == w.s.opt.Location.Prefix && w.known(f.container) {
		return
	}
	var err error
	if w.whole(f.prefix) {
		err = w.flat(f)
	} else {
		err = w.level(f)
	}
	if err == nil || w.ctx.Err() != nil {
		return
	}
	absent := bloberror.HasCode(err, bloberror.ContainerNotFound)
	if err = w.s.explain(err, f.container, f.prefix); absent {
		err = &noContainer{err}
	} else {
		w.mu.Lock()
		w.failed = true
		w.mu.Unlock()
	}
	w.send(found{err: err})
}

// known goes on from the folders that the last listing met, if that was a moment
// ago.
func (w *walk) known(name string) bool {
	w.s.mu.Lock()
	d, ok := w.s.resources[name]
	w.s.mu.Unlock()
	hours := w.hours()
	if !ok || hours == nil || w.s.opt.Now().Sub(d.at) > knownFor {
		return false
	}
	for _, head := range d.folders {
		w.push(hoursOf(folder{name, head}, hours)...)
	}
	return true
}

// hours returns the hours wanted, nil if they are too many to ask for each.
func (w *walk) hours() []time.Time {
	from, to := w.s.filter.From, w.s.filter.To
	if latest := w.s.opt.Now().Add(ahead); to.IsZero() || to.After(latest) {
		to = latest
	}
	if from.IsZero() || to.Sub(from) > maxHours*time.Hour {
		return nil
	}
	hours := []time.Time{}
	for h := from.UTC().Truncate(time.Hour); h.Before(to); h = h.Add(time.Hour) {
		if w.s.filter.Times(h) {
			hours = append(hours, h)
		}
	}
	return hours
}

// hoursOf returns the folders of hours of an NSG or flow log.
func hoursOf(head folder, hours []time.Time) []folder {
	var all []folder
	for _, h := range hours {
		all = append(all, folder{head.container, head.prefix + h.Format("y=2006/m=01/d=02/h=15/")})
	}
	return all
}

// flat lists all blobs whose names begin with a prefix.
func (w *walk) flat(f folder) error {
	c, err := w.s.container(f.container)
	if err != nil {
		return err
	}
	p := c.NewListBlobsFlatPager(&container.ListBlobsFlatOptions{Prefix: &f.prefix, MaxResults: size()})
	for p.More() {
		page, err := p.NextPage(w.ctx)
		if err != nil {
			return err
		}
		if page.Segment == nil {
			continue
		}
		for _, item := range page.Segment.BlobItems {
			if b, ok := w.s.blob(f.container, item); ok && !w.send(found{blob: b}) {
				return w.ctx.Err()
			}
		}
	}
	return nil
}

// level lists what lies right in a folder and puts its folders on the stack.
func (w *walk) level(f folder) error {
	c, err := w.s.container(f.container)
	if err != nil {
		return err
	}
	p := c.NewListBlobsHierarchyPager("/", &container.ListBlobsHierarchyOptions{Prefix: &f.prefix, MaxResults: size()})
	for p.More() {
		page, err := p.NextPage(w.ctx)
		if err != nil {
			return err
		}
		if page.Segment == nil {
			continue
		}
		for _, item := range page.Segment.BlobItems {
			if b, ok := w.s.blob(f.container, item); ok && !w.send(found{blob: b}) {
				return w.ctx.Err()
			}
		}
		for _, sub := range page.Segment.BlobPrefixes {
			prefix := value(sub.Name)
			if strings.HasPrefix(prefix[len(f.prefix):], "y=") && !strings.Contains(f.prefix, "/y=") {
				// The folder of an NSG or flow log.
				if !w.s.filter.Resource(kindOf(f.prefix), resourceOf(f.prefix)) {
					return nil
				}
				if hours := w.hours(); hours != nil {
					w.mu.Lock()
					w.heads[f.container] = append(w.heads[f.container], f.prefix)
					w.mu.Unlock()
					w.push(hoursOf(f, hours)...)
					return nil
				}
			}
			if w.wanted(prefix) {
				w.push(folder{f.container, prefix})
			}
		}
	}
	return nil
}

func size() *int32 {
	n := int32(pageSize)
	return &n
}

// whole reports whether all that lies in a folder can be wanted.
func (w *walk) whole(prefix string) bool {
	f := &w.s.filter
	_, span, _ := parsePrefix(prefix)
	switch {
	case f.Named() && !span.known():
		return false
	case f.From.IsZero() && f.To.IsZero():
		return true
	case !span.known():
		return false
	}
	return span.hour() || !span.from.Before(f.From) && (f.To.IsZero() || !span.to.After(f.To))
}

// wanted reports whether a folder can hold what is wanted.
func (w *walk) wanted(prefix string) bool {
	f := &w.s.filter
	r, span, ok := parsePrefix(prefix)
	if !ok {
		return true
	}
	if span.known() && (!span.to.After(f.From) || !f.To.IsZero() && !span.from.Before(f.To)) {
		return false
	}
	if !f.Named() {
		return true
	}
	return f.Partial(kindOf(prefix), r)
}

var start = regexp.MustCompile(`(?i)(?:^|/)(resourceId|flowLogResourceID)=/`)

// resourceOf returns what follows resourceId= or flowLogResourceID= in a folder's
// name, up to the year.
func resourceOf(prefix string) string {
	i := start.FindStringIndex(prefix)
	if i == nil {
		return ""
	}
	rest := prefix[i[1]:]
	if y := yearStart.FindStringIndex(rest); y != nil {
		rest = rest[:y[0]]
	}
	return "/" + strings.Trim(rest, "/")
}

func kindOf(prefix string) flowlog.LogType {
	if m := start.FindStringSubmatch(prefix); m != nil && strings.EqualFold(m[1], "flowLogResourceID") {
		return flowlog.VNet
	}
	return flowlog.NSG
}

var (
	yearStart = regexp.MustCompile(`(?i)/y=\d{4}/`)
	timePart  = regexp.MustCompile(`(?i)/y=(\d{4})/(?:m=(\d{2})/)?(?:d=(\d{2})/)?(?:h=(\d{2})/)?`)
)

// span is the time that a folder's name tells: from to before to.
type span struct{ from, to time.Time }

func (s span) known() bool { return !s.from.IsZero() }
func (s span) hour() bool  { return s.known() && s.to.Sub(s.from) == time.Hour }

// parsePrefix reads a folder's name as far as it goes. It reports false if it is
// not one that Azure gives.
func parsePrefix(prefix string) (source.Resource, span, bool) {
	if !start.MatchString(prefix) {
		return source.Resource{}, span{}, false
	}
	r := source.ParseResource(resourceOf(prefix))
	m := timePart.FindStringSubmatch(prefix)
	if m == nil {
		return r, span{}, true
	}
	n := [4]int{0, 1, 1, 0}
	level := 0
	for i, text := range m[1:] {
		if text == "" {
			break
		}
		n[i], _ = strconv.Atoi(text) // digits, as matched
		level = i
	}
	from := time.Date(n[0], time.Month(n[1]), n[2], n[3], 0, 0, 0, time.UTC)
	to := from.Add(time.Hour)
	switch level {
	case 0:
		to = from.AddDate(1, 0, 0)
	case 1:
		to = from.AddDate(0, 1, 0)
	case 2:
		to = from.AddDate(0, 0, 1)
	}
	return r, span{from, to}, true
}

// blob returns a listed blob if it can be a flow log that is wanted.
func (s *Source) blob(containerName string, item *container.BlobItem) (source.Blob, bool) {
	name := value(item.Name)
	b := source.Blob{
		Name: Location{Account: s.opt.Account.Name, Container: containerName}.String() + "/" + name, Account: s.opt.Account.Name, Container: containerName,
	}
	if p := item.Properties; p != nil {
		b.Size, b.Version = value(p.ContentLength), version(value[azcore.ETag](p.ETag))
	}
	if p, ok := flowlog.ParsePath(name); ok {
		b.ID, b.Hour, b.MAC, b.Other = p.ID, p.Hour, p.MAC, source.OtherLog(p)
		return b, s.filter.Match(p)
	}
	b.ID = flowlog.TrimCompression(b.Name)
	return b, s.opt.Endings.Has(name) && !s.filter.Named()
}
