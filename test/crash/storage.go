package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/azuritetest"
	"github.com/azflow/azflow/internal/flowgen"
)

// proxied returns an estate in a container of its own behind a proxy.
func (t *trial) proxied(name string, nics, tuples int) (*estate, *azuritetest.Proxy, error) {
	p, err := azuritetest.NewProxy(t.server.BlobURL)
	if err != nil {
		return nil, nil, err
	}
	e, err := t.newEstate(name, &account{server: t.server, container: name, base: p.URL}, t.seed, nics, tuples)
	if err != nil {
		p.Close()
		return nil, nil, err
	}
	return e, p, nil
}

// same opens the estate's lake and compares it.
func (t *trial) same(e *estate) (*difference, error) {
	v, err := open(t.ctx, e.lake, t.folder)
	if err != nil {
		return nil, err
	}
	defer func() { _ = v.close() }() // it only reads
	return v.compare(t.ctx, e.want)
}

// faults reads a growing account through a proxy that spoils answers: each fault
// once in every operation, then many at random.
func (t *trial) faults() error {
	e, p, err := t.proxied("faults", 4, 1500)
	if err != nil {
		return err
	}
	defer p.Close()
	all := []struct {
		name  string
		fault azuritetest.Fault
	}{
		{"429", azuritetest.TooMany(0)},
		{"503", azuritetest.Busy(time.Second)},
		{"500", azuritetest.Answer(http.StatusInternalServerError, "InternalError", nil)},
		{"a reset", azuritetest.Reset},
		{"a body cut off", azuritetest.Truncated(100)},
		{"an empty body", azuritetest.Truncated(0)},
		{"a slow body", azuritetest.Slow(5*time.Millisecond, 2000)},
	}
	ops := []azuritetest.Op{azuritetest.ListBlobs, azuritetest.GetBlockList, azuritetest.GetBlob}
	met, bad := 0, ""
	try := func(what string, again bool) error {
		if err := e.step(t.ctx); err != nil {
			return err
		}
		before := p.Traffic().Faults
		c, err := t.start(e.env(), e.ingest()...)
		if err != nil {
			return err
		}
		if err := c.finish(); err != nil {
			return err
		}
		met += p.Traffic().Faults - before
		p.Decide(nil)
		if c.exit() != 0 {
			bad = fmt.Sprintf(": %s ended it with status %d: %s", what, c.exit(), &c.output)
			return nil
		}
		if again { // what was read may be the blob as it was before: the next run has the rest
			if _, err := t.azflowEnds(e.env(), e.ingest()...); err != nil {
				return err
			}
		}
		d, err := t.same(e)
		if err != nil {
			return err
		}
		if d.some(false) {
			bad = fmt.Sprintf(": after %s %v", what, d)
		}
		return nil
	}
	for _, f := range all {
		// In one run, so that seconds of waiting are not spent for each.
		left := map[azuritetest.Op]bool{}
		for _, op := range ops {
			left[op] = true
		}
		p.Decide(func(op azuritetest.Op, _ *http.Request) azuritetest.Fault {
			if !left[op] {
				return nil
			}
			left[op] = false
			return f.fault
		})
		if err := try(f.name, false); err != nil {
			return err
		}
	}
	// The blob changes between its block list and its content, in every way.
	g := e.blobs[0]
	for _, change := range []func(){
		func() { g.Append(1) }, g.ReplaceCloser, func() { g.Truncate(1) }, func() { g.Append(2) },
	} {
		var failed error
		first := true
		p.Decide(func(op azuritetest.Op, r *http.Request) azuritetest.Fault {
			if !first || op != azuritetest.GetBlob || !strings.HasSuffix(r.URL.Path, g.Name) {
				return nil
			}
			first = false
			return azuritetest.Before(func() {
				change()
				failed = e.put(t.ctx, g)
			})
		})
		g.Append(1)
		if err := e.put(t.ctx, g); err != nil {
			return err
		}
		if err := try("a blob that changed before it was read", true); err != nil {
			return err
		}
		if failed != nil {
			return failed
		}
	}
	t.hold(bad == "" && met >= len(all)*len(ops), "429, 503, 500, resets, slow, cut and empty bodies, blobs changed between list and read lose and double nothing", "%d faults%s", met, bad)
	n := p.Traffic().Requests[azuritetest.Write]
	t.hold(n == 0, "nothing is written to the account", "%d requests that write", n)

	// One answer in three is spoilt: what cannot be read in the end is named, and
	// read by a later run.
	r := rand.New(rand.NewPCG(t.seed, 7))
	before, runs, partly := p.Traffic().Faults, 0, 0
	bad = ""
	for range 6 {
		if err := e.step(t.ctx); err != nil {
			return err
		}
		p.Decide(func(azuritetest.Op, *http.Request) azuritetest.Fault {
			if r.IntN(3) > 0 {
				return nil
			}
			return []azuritetest.Fault{azuritetest.TooMany(0), azuritetest.Reset, azuritetest.Truncated(r.IntN(3000)), azuritetest.Slow(time.Millisecond, 3000)}[r.IntN(4)]
		})
		c, err := t.start(e.env(), e.ingest()...)
		if err != nil {
			return err
		}
		if err := c.finish(); err != nil {
			return err
		}
		runs++
		if c.exit() != 0 {
			partly++
		}
		p.Decide(nil)
		if _, err := t.azflowEnds(e.env(), e.ingest()...); err != nil {
			return err
		}
		d, err := t.same(e)
		if err != nil {
			return err
		}
		if d.some(false) {
			bad = fmt.Sprintf(": %v", d)
		}
	}
	t.hold(bad == "", "with every third answer spoilt nothing is lost or doubled", "%d faults in %d runs, of which %d ended in part%s", p.Traffic().Faults-before, runs, partly, bad)
	return nil
}

// amplification reads three blobs, one of each layout, after each of the 60
// appends of their hour, and counts what was transferred.
func (t *trial) amplification() error {
	e, p, err := t.proxied("hour", 3, 9000)
	if err != nil {
		return err
	}
	defer p.Close()
	for range 60 {
		for _, g := range e.blobs {
			g.Append(1)
			if err := e.put(t.ctx, g); err != nil {
				return err
			}
		}
		if _, err := t.azflowEnds(e.env(), e.ingest()...); err != nil {
			return err
		}
	}
	bytes := int64(0)
	for _, g := range e.blobs {
		if g.Left() > 0 {
			return fmt.Errorf("%d records of the hour are left", g.Left())
		}
		bytes += int64(len(g.Content()))
	}
	d, err := t.same(e)
	if err != nil {
		return err
	}
	tr := p.Traffic()
	ratio := float64(tr.Bytes[azuritetest.GetBlob]) / float64(bytes)
	t.hold(ratio <= 1.05 && !d.some(false), "over an hour of 60 appends at most 1.05 bytes of blobs are read for each byte of log",
		"%.3f: %d of %d bytes in %d Get Blob; beside that %d bytes of %d block lists, %d bytes of %d listings; %v", ratio, tr.Bytes[azuritetest.GetBlob], bytes,
		tr.Requests[azuritetest.GetBlob], tr.Bytes[azuritetest.GetBlockList], tr.Requests[azuritetest.GetBlockList], tr.Bytes[azuritetest.ListBlobs], tr.Requests[azuritetest.ListBlobs], d)

	copies := folder(filepath.Join(t.folder, "copies"))
	for _, g := range e.blobs {
		if err := copies.commit(t.ctx, g.Container, g.Name, g.Blocks()); err != nil {
			return err
		}
	}
	if _, err := t.azflowEnds(nil, e.args("ingest", copies.source())...); err != nil {
		return err
	}
	if d, err = t.same(e); err != nil {
		return err
	}
	t.hold(!d.some(false), "the same blobs copied to disk count once", "%v", d)
	return nil
}

// refusals look whether each error of an account says what to do.
func (t *trial) refusals() error {
	e, p, err := t.proxied("refusals", 1, 600)
	if err != nil {
		return err
	}
	defer p.Close()
	e.blobs[0].Append(5)
	if err := e.put(t.ctx, e.blobs[0]); err != nil {
		return err
	}
	key := func(key string) []string {
		c := t.server.ConnectionThrough(p.URL)
		return []string{"AZURE_STORAGE_CONNECTION_STRING=" + strings.Replace(c, t.server.Key, key, 1)}
	}
	expired, err := t.server.SAS(time.Now().Add(-3 * time.Hour))
	if err != nil {
		return err
	}
	skewed := func(d time.Duration) func(azuritetest.Op, *http.Request) azuritetest.Fault {
		return func(azuritetest.Op, *http.Request) azuritetest.Fault { return azuritetest.Skewed(time.Now().Add(d)) }
	}
	sasEnv := []string{"AZURE_STORAGE_CONNECTION_STRING=" + fmt.Sprintf("BlobEndpoint=%s/%s;SharedAccessSignature=%s", p.URL, azuritetest.Account, expired)}
	for _, x := range []struct {
		what   string
		env    []string
		source string
		decide func(azuritetest.Op, *http.Request) azuritetest.Fault
		exit   int
		says   []string
	}{
		// Azurite has another code for both than Azure.
		{"a wrong key", key("AAAA" + t.server.Key[4:]), e.source(), nil, 4, []string{"hint:", "signature"}},
		{"an expired signature", sasEnv, e.source(), nil, 4, []string{"hint:", "signature"}},
		{"a key that was rotated", e.env(), e.source(), skewed(0), 4, []string{"refuses the credential", "rotated", "hint:"}},
		{"a key that is none", key("no key"), e.source(), nil, 4, []string{"hint:"}},
		{"a missing container", e.env(), "az://" + azuritetest.Account + "/nothing-here", nil, 1, []string{"container is not there", "hint:"}},
		{"a clock that is slow", e.env(), e.source(), skewed(40 * time.Minute), 4, []string{"clock", "behind", "hint:", "set the clock"}},
		{"a clock that is fast", e.env(), e.source(), skewed(-2 * time.Hour), 4, []string{"clock", "ahead of", "hint:", "set the clock"}},
	} {
		p.Decide(x.decide)
		c, err := t.start(x.env, "ingest", x.source, "--data", filepath.Join(t.folder, "refused"))
		if err != nil {
			return err
		}
		if err := c.finish(); err != nil {
			return err
		}
		said, missing := c.output.String(), ""
		for _, s := range x.says {
			if !strings.Contains(said, s) {
				missing += fmt.Sprintf(", no %q", s)
			}
		}
		if strings.Contains(said, t.server.Key) || strings.Contains(said, expired[len(expired)-20:]) {
			missing += ", a secret is shown"
		}
		t.hold(c.exit() == x.exit && missing == "", x.what+" is said so, with what to do", "exit status %d%s: %s", c.exit(), missing, strings.TrimSpace(said))
	}
	p.Decide(nil)
	// A blob that is deleted between listing and reading costs no other one.
	more, err := generate(t.seed+1, hour, 3, 300)
	if err != nil {
		return err
	}
	g := flowgen.Grow(more[2], flowgen.Lettered)
	g.Append(3)
	if err := e.commit(t.ctx, g.Container, g.Name, g.Blocks()); err != nil {
		return err
	}
	var failed error
	p.Decide(func(op azuritetest.Op, r *http.Request) azuritetest.Fault {
		if op == azuritetest.ListBlobs || g == nil || !strings.HasSuffix(r.URL.Path, g.Name) {
			return nil
		}
		name := g.Name
		g = nil
		return azuritetest.Before(func() { failed = t.server.Delete(t.ctx, "refusals", name) })
	})
	c, err := t.start(e.env(), e.ingest()...)
	if err != nil {
		return err
	}
	if err := c.finish(); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	d, err := t.same(e)
	if err != nil {
		return err
	}
	t.hold(g == nil && !d.some(false), "a blob that is deleted between listing and reading costs no other one", "exit status %d, %v", c.exit(), d)
	return nil
}

// identity signs in to a loopback endpoint as an app of Azure does. It was not
// tried against Azure.
func (t *trial) identity() error {
	p, err := azuritetest.NewTLSProxy(t.server.BlobURL)
	if err != nil {
		return err
	}
	defer p.Close()
	signature, err := t.server.SAS(time.Now())
	if err != nil {
		return err
	}
	id := azuritetest.NewIdentity("token-of-this-run")
	defer id.Close()
	bearer := azuritetest.Bearer(id.Token, signature)
	p.Decide(func(azuritetest.Op, *http.Request) azuritetest.Fault { return bearer })
	e, err := t.newEstate("identity", &account{server: t.server, container: "identity"}, t.seed, 2, 300)
	if err != nil {
		return err
	}
	for _, g := range e.blobs {
		g.Append(4)
		if err := e.put(t.ctx, g); err != nil {
			return err
		}
	}
	config, trusted := filepath.Join(t.folder, "identity-config"), filepath.Join(t.folder, "trusted.pem")
	if err := os.MkdirAll(filepath.Join(config, "azflow"), 0o777); err != nil {
		return err
	}
	text := fmt.Sprintf("accounts:\n  %s:\n    endpoint: %s/%[1]s\n    containers: identity\n", azuritetest.Account, p.URL)
	if err := os.WriteFile(filepath.Join(config, "azflow", "config.yaml"), []byte(text), 0o666); err != nil {
		return err
	}
	if err := os.WriteFile(trusted, p.Certificate(), 0o666); err != nil {
		return err
	}
	env := append(id.Env(), "XDG_CONFIG_HOME="+config, "SSL_CERT_FILE="+trusted)
	ingest := func(env ...string) (*child, error) {
		c, err := t.start(env, e.args("ingest")...) // the account of the configuration
		if err != nil {
			return nil, err
		}
		return c, c.finish()
	}
	c, err := ingest(env...)
	if err != nil {
		return err
	}
	d := &difference{}
	if c.exit() == 0 {
		if d, err = t.same(e); err != nil {
			return err
		}
	}
	asked := strings.Join(id.Asked(), " ")
	t.hold(c.exit() == 0 && !d.some(false) && strings.Contains(asked, "storage.azure.com"), "a managed identity signs in at its endpoint and reads the account of the configuration",
		"exit status %d, asked for %s; %v %s", c.exit(), asked, d, strings.TrimSpace(c.output.String()))

	// Secrets of the environment come before it; what is half set is said.
	before := len(id.Asked())
	c, err = ingest(append(env, "AZURE_STORAGE_KEY="+t.server.Key)...)
	if err != nil {
		return err
	}
	t.hold(len(id.Asked()) == before, "a key of the environment comes before the identity", "exit status %d, %d tokens asked for", c.exit(), len(id.Asked())-before)
	id.Refuse()
	c, err = ingest(env...)
	if err != nil {
		return err
	}
	said := c.output.String()
	t.hold(c.exit() == 4 && strings.Contains(said, "Entra") && strings.Contains(said, "hint:") && !strings.Contains(said, id.Token), "an identity that gets no token is said so, with what to do", "exit status %d: %s", c.exit(), strings.TrimSpace(said))
	return nil
}
