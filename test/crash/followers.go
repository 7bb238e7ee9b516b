package main

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"

	"github.com/azflow/azflow/kql/types"
)

// followers has two followers read the same account into the same lake while
// either is killed and started again, and then end as they are asked to.
func (t *trial) followers() error {
	// An account is looked through for hours that are still written.
	e, err := t.newEstateAt(time.Now().UTC().Truncate(time.Hour), "followers", &account{server: t.server, container: "followers"}, t.seed, 6, 1500)
	if err != nil {
		return err
	}
	if err := e.step(t.ctx); err != nil {
		return err
	}
	if _, err := t.azflowEnds(e.env(), e.ingest()...); err != nil {
		return err
	}
	v, err := open(t.ctx, e.lake, t.folder)
	if err != nil {
		return err
	}
	defer func() { _ = v.close() }() // it only reads
	var two [2]*child
	defer func() {
		for _, c := range two {
			if c != nil {
				c.kill()
			}
		}
	}()
	for i := range two {
		if two[i], err = t.start(e.env(), e.follow("1s")...); err != nil {
			return err
		}
	}
	kills, compared, wrong, example := 0, 0, 0, ""
	caught, slow := 0, ""
	for want := max(t.kills/8, 5); kills < want; {
		if t.ctx.Err() != nil {
			return t.ctx.Err()
		}
		if err := e.step(t.ctx); err != nil {
			return err
		}
		time.Sleep(time.Duration(e.r.Int64N(int64(1200 * time.Millisecond))))
		for i, c := range two {
			if e.r.IntN(2) == 0 {
				continue
			}
			if !c.kill() {
				return fmt.Errorf("a follower ended by itself with status %d:\n%s", c.exit(), &c.output)
			}
			kills++
			if two[i], err = t.start(e.env(), e.follow("1s")...); err != nil {
				return err
			}
		}
		d, err := v.compare(t.ctx, e.want, e.before...)
		if err != nil {
			return err
		}
		if compared++; d.some(true) {
			wrong++
			example = cmp.Or(example, ": "+d.String())
		}
		if e.r.IntN(4) > 0 && kills < want {
			continue
		}
		d, err = t.catchUp(v, e)
		if err != nil {
			return err
		}
		if d.some(false) {
			slow = fmt.Sprintf(", and then did not: %v", d)
			break
		}
		caught++
	}
	t.hold(wrong == 0, "two followers of one account never store a tuple wrong or twice, whichever is killed", "%d kills, %d of %d comparisons failed%s", kills, wrong, compared, example)
	t.hold(caught > 0 && slow == "", "they catch up within a minute, and all tables equal what was written", "%d times%s", caught, slow)
	bad := ""
	for _, c := range two {
		if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			return err
		}
		if err := c.finish(); err != nil {
			return err
		}
		if c.exit() != 0 {
			bad = fmt.Sprintf("status %d: %s", c.exit(), &c.output)
		}
	}
	d, err := v.compare(t.ctx, e.want)
	if err != nil {
		return err
	}
	t.hold(bad == "" && (slow != "" || !d.some(false)), "asked to end, they do", "%s", cmp.Or(bad, d.String()))
	return nil
}

// follow returns the arguments of a follower of the estate.
func (e *estate) follow(poll string) []string {
	return e.args("ingest", e.source(), "--follow", "--poll", poll, "--workers", "1")
}

// catchUp waits until the lake equals the truth, a minute at most, and returns
// the difference then.
func (t *trial) catchUp(v *view, e *estate) (*difference, error) {
	for end := time.Now().Add(time.Minute); ; time.Sleep(250 * time.Millisecond) {
		d, err := v.compare(t.ctx, e.want, e.before...)
		if err != nil {
			return nil, err
		}
		if d.missing == 0 {
			if d, err = v.compare(t.ctx, e.want); err != nil {
				return nil, err
			}
		}
		switch {
		case !d.some(false):
			e.before = nil
			return d, nil
		case time.Now().After(end) || t.ctx.Err() != nil:
			return d, t.ctx.Err()
		}
	}
}

// queued has a follower that hardly polls learn of what is written from a queue.
func (t *trial) queued() error {
	e, err := t.newEstateAt(time.Now().UTC().Truncate(time.Hour), "queued", &account{server: t.server, container: "queued"}, t.seed, 3, 600)
	if err != nil {
		return err
	}
	client, err := azqueue.NewQueueClientFromConnectionString(t.server.ConnectionString(), "flow-logs", nil)
	if err != nil {
		return err
	}
	if _, err := client.Create(t.ctx, nil); err != nil {
		return err
	}
	if err := e.step(t.ctx); err != nil {
		return err
	}
	if _, err := t.azflowEnds(e.env(), e.ingest()...); err != nil {
		return err
	}
	v, err := open(t.ctx, e.lake, t.folder)
	if err != nil {
		return err
	}
	defer func() { _ = v.close() }() // it only reads
	follower := append(e.follow("1h"), "--queue", "flow-logs")
	c, err := t.start(e.env(), follower...)
	if err != nil {
		return err
	}
	defer func() { c.kill() }()
	sent, kills := 0, 0
	send := func(text string) error {
		sent++
		if sent%2 == 0 {
			text = base64.StdEncoding.EncodeToString([]byte(text))
		}
		_, err := client.EnqueueMessage(t.ctx, text, nil)
		return err
	}
	for round := range 6 {
		if err := e.step(t.ctx); err != nil {
			return err
		}
		for _, g := range e.blobs {
			if err := send(fmt.Sprintf(`{"specversion":"1.0","type":"Microsoft.Storage.BlobCreated","source":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/azflowlogs",`+
				`"subject":"/blobServices/default/containers/queued/blobs/%s","data":{"api":"PutBlockList"}}`, g.Name)); err != nil {
				return err
			}
		}
		if round == 2 {
			if err := send("no event at all"); err != nil {
				return err
			}
		}
		if round%3 == 1 {
			time.Sleep(time.Duration(e.r.Int64N(int64(time.Second))))
			if !c.kill() {
				return fmt.Errorf("the follower ended by itself with status %d:\n%s", c.exit(), &c.output)
			}
			kills++
			if c, err = t.start(e.env(), follower...); err != nil {
				return err
			}
		}
		d, err := t.catchUp(v, e)
		if err != nil {
			return err
		}
		if d.some(false) {
			t.hold(false, "events of a queue make a follower read at once", "round %d: %v; it said: %s", round, d, strings.TrimSpace(c.output.String()))
			return nil
		}
	}
	left := func() (int, error) {
		p, err := client.GetProperties(t.ctx, nil)
		if err != nil {
			return 0, err
		}
		return int(*p.ApproximateMessagesCount), nil
	}
	// Messages that the killed follower held come back after five minutes.
	n, err := left()
	for end := time.Now().Add(20 * time.Second); err == nil && n > kills*(len(e.blobs)+1) && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		n, err = left()
	}
	if err != nil {
		return err
	}
	parked := int64(0)
	if err := v.each(t.ctx, `IngestErrors | where Raw == "no event at all" or Raw == "`+base64.StdEncoding.EncodeToString([]byte("no event at all"))+`" | count`, func(row []types.Value) {
		parked, _ = row[0].(int64)
	}); err != nil {
		return err
	}
	t.hold(n <= kills*(len(e.blobs)+1) && parked == 1, "events of a queue make a follower read at once, are deleted once stored, and what is no event is parked",
		"%d messages, %d kills, %d left for who comes after the killed one, %d parked", sent, kills, n, parked)
	return nil
}
