package lake

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"
)

// Steps of a commit, as given to Options.Step, in order.
const (
	StepSync    = "fsync segment"    // once a file
	StepRename  = "rename segment"   // once a file
	StepSyncDir = "fsync folder"     // once a folder
	StepBegin   = "begin catalogue"  // before BEGIN IMMEDIATE
	StepInsert  = "insert catalogue" // the checks have passed
	StepCommit  = "commit catalogue" // all is written, before COMMIT
	StepDone    = "committed"        // after COMMIT
)

// Writer makes commits. While it is open, its files are nobody else's orphans.
type Writer struct {
	lake *Lake
	id   string
	lock *lock
	seq  atomic.Int64
}

// OpenWriter registers a new writer and removes what dead ones have left
// behind. Its methods may be called concurrently. Close it after use.
func (l *Lake) OpenWriter(ctx context.Context) (*Writer, error) {
	if err := l.writable(); err != nil {
		return nil, err
	}
	for {
		id, err := l.newID()
		if err != nil {
			return nil, err
		}
		lk, err := createLock(l.writerLock(id))
		if errors.Is(err, errLockSwept) {
			continue
		}
		if err != nil {
			return nil, err
		}
		w := &Writer{lake: l, id: id, lock: lk}
		if _, err := l.sweepOrphans(ctx); err != nil {
			return nil, errors.Join(err, w.Close())
		}
		return w, nil
	}
}

func (l *Lake) writerLock(id string) string {
	return filepath.Join(l.dir, "writers", id+".lock")
}

// ID returns the writer's id, 16 hexadecimal digits.
func (w *Writer) ID() string { return w.id }

// Close ends the writer. Commits under way fail, claims stay until they
// expire or another writer finds this one gone.
func (w *Writer) Close() error { return w.lock.remove() }

// Begin starts a commit. It touches no file.
func (w *Writer) Begin() *Commit {
	seq := w.seq.Add(1)
	return &Commit{
		ID:      commitID(w.id, seq),
		Created: w.lake.opt.Now().UTC().Truncate(time.Microsecond),
		writer:  w,
		seq:     seq,
		ranged:  map[string]bool{},
	}
}

// Commit makes everything in c visible and durable, or nothing of it: then it
// removes c's files and says why. It returns the lake's new generation. If it
// fails with [ErrConflict], reading the cursors again and retrying can help.
func (w *Writer) Commit(ctx context.Context, c *Commit) (int64, error) {
	if c.writer != w {
		return 0, fmt.Errorf("commit %s is of another writer", c.ID)
	}
	err := c.check()
	if err == nil {
		err = w.place(c)
	}
	if err != nil {
		return 0, errors.Join(fmt.Errorf("commit %s: %w", c.ID, err), c.Discard())
	}
	gen, err := w.register(ctx, c)
	if err == nil {
		return gen, w.lake.opt.Step(StepDone, c.ID)
	}
	// COMMIT itself may have failed after it took effect; only the catalogue knows.
	known, kerr := w.lake.commitGeneration(context.WithoutCancel(ctx), c.ID)
	if kerr != nil {
		// The files stay: a later sweep can ask the catalogue.
		return 0, fmt.Errorf("commit %s: %w (outcome unknown: %w)", c.ID, err, kerr)
	}
	if known > 0 {
		return known, nil
	}
	return 0, errors.Join(fmt.Errorf("commit %s: %w", c.ID, err), c.Discard())
}

// commitGeneration returns the generation that a commit made, 0 if it is not known.
func (l *Lake) commitGeneration(ctx context.Context, id string) (int64, error) {
	var g int64
	err := l.write.QueryRowContext(ctx, "SELECT generation FROM commits WHERE id = ?", id).Scan(&g)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return g, err
}

// place makes c's files durable under their final names.
func (w *Writer) place(c *Commit) error {
	step := w.lake.opt.Step
	var dirs []string
	files := syncs()
	for _, f := range c.files {
		if err := step(StepSync, f.Path); err != nil {
			return errors.Join(err, files.Wait())
		}
		files.Go(func() (err error) {
			f.seg.Bytes, err = syncFile(f.Path)
			return err
		})
	}
	if err := files.Wait(); err != nil {
		return err
	}
	for i, f := range c.files {
		name := fileName{writer: w.id, seq: c.seq, k: i + 1, n: len(c.files)}
		f.seg.Name = path.Join(f.table, f.day, name.String())
		if err := step(StepRename, f.seg.Name); err != nil {
			return err
		}
		f.final = segmentPath(w.lake.dir, f.seg.Name)
		if err := os.Rename(f.Path, f.final); err != nil {
			return err
		}
		if dir := filepath.Dir(f.final); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	folders := syncs()
	for _, dir := range dirs {
		if err := step(StepSyncDir, dir); err != nil {
			return errors.Join(err, folders.Wait())
		}
		folders.Go(func() error { return syncDir(dir) })
	}
	return folders.Wait()
}

// syncs returns a group for what may be synced at the same time: a volume takes
// them together in little more than the time of one.
func syncs() *errgroup.Group {
	g := &errgroup.Group{}
	g.SetLimit(8)
	return g
}

// syncFile makes a file's content durable and returns its size.
func syncFile(path string) (int64, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return 0, fmt.Errorf("fsync %s: %w", path, err)
	}
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

// register writes c into the catalogue, in one transaction.
func (w *Writer) register(ctx context.Context, c *Commit) (gen int64, err error) {
	if err := w.lake.opt.Step(StepBegin, c.ID); err != nil {
		return 0, err
	}
	err = inTx(ctx, w.lake.write, func(sqlTx *sql.Tx) error {
		tx := newTx(ctx, sqlTx)
		defer tx.close()
		if err := w.checkFiles(c); err != nil {
			return err
		}
		var err error
		if gen, err = tx.nextGeneration(c.ID, w.id, w.lake.opt.Now()); err != nil {
			return err
		}
		if err := tx.checkIntervals(c); err != nil {
			return err
		}
		if err := w.lake.opt.Step(StepInsert, c.ID); err != nil {
			return err
		}
		if err := tx.apply(c, gen, w.lake.opt.Now()); err != nil {
			return err
		}
		return w.lake.opt.Step(StepCommit, c.ID)
	})
	return gen, err
}

// checkFiles makes sure that nobody has taken the writer for dead and its
// files for orphans.
func (w *Writer) checkFiles(c *Commit) error {
	if _, err := os.Lstat(w.lock.path); err != nil {
		return fmt.Errorf("writer %s is closed or its lock was removed: %w", w.id, err)
	}
	for _, f := range c.files {
		st, err := os.Stat(f.final)
		if err != nil {
			return fmt.Errorf("segment was removed before its commit: %w", err)
		}
		if st.Size() != f.seg.Bytes {
			return fmt.Errorf("segment %s has %d bytes, %d were written", f.seg.Name, st.Size(), f.seg.Bytes)
		}
	}
	return nil
}

// tx is a catalogue transaction with its statements prepared once.
type tx struct {
	*sql.Tx
	ctx    context.Context // lives no longer than the call that made it
	stmts  map[string]*sql.Stmt
	blobs  map[string]int64       // keys
	rules  map[[2]string]*ruleSum // by group and rule
	buried bool                   // rows of a blob were hidden

	// Rows that flush writes.
	hits, captures, locals insertion
}

func newTx(ctx context.Context, t *sql.Tx) *tx {
	return &tx{
		Tx: t, ctx: ctx, stmts: map[string]*sql.Stmt{}, blobs: map[string]int64{}, rules: map[[2]string]*ruleSum{},
		hits: insertion{
			into: "blob_rules (blob, generation, rule, hits, denied)", columns: 5,
			conflict: "DO UPDATE SET hits = hits + excluded.hits, denied = denied + excluded.denied",
		},
		captures: insertion{into: "capture_hours (hour, mac, nic, flow_log_type)", columns: 4, conflict: "DO NOTHING"},
		locals:   insertion{into: "local_addresses (hour, ip, mac, vnet)", columns: 4, conflict: "DO NOTHING"},
	}
}

// insertion is rows gathered to be inserted together: a statement costs much more
// than a row.
type insertion struct {
	into     string // table and columns
	columns  int
	conflict string // what to do with a row that is there
	values   []any
}

// rowsAtOnce is how many rows a statement inserts at most.
const rowsAtOnce = 64

// add gathers a row.
func (t *tx) add(r *insertion, values ...any) error {
	if r.values = append(r.values, values...); len(r.values) < rowsAtOnce*r.columns {
		return nil
	}
	return t.insert(r)
}

// insert writes the rows that were gathered.
func (t *tx) insert(r *insertion) error {
	row := "(?" + strings.Repeat(", ?", r.columns-1) + ")"
	for left := r.values; len(left) > 0; {
		n := 1 // powers of two, so that few statements are prepared
		for 2*n*r.columns <= len(left) {
			n *= 2
		}
		query := "INSERT INTO " + r.into + " VALUES " + row + strings.Repeat(", "+row, n-1) + " ON CONFLICT " + r.conflict
		if _, err := t.exec(query, left[:n*r.columns]...); err != nil {
			return err
		}
		left = left[n*r.columns:]
	}
	clear(r.values)
	r.values = r.values[:0]
	return nil
}

func (t *tx) close() {
	for _, s := range t.stmts {
		s.Close() // ends with the transaction anyhow
	}
}

func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if s, ok := t.stmts[query]; ok {
		return s, nil
	}
	s, err := t.PrepareContext(t.ctx, query)
	if err == nil {
		t.stmts[query] = s
	}
	return s, err
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	s, err := t.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// get runs a statement that gives at most one row.
func (t *tx) get(dest []any, query string, args ...any) error {
	s, err := t.stmt(query)
	if err != nil {
		return err
	}
	return s.QueryRowContext(t.ctx, args...).Scan(dest...)
}

// nextGeneration raises the lake's generation in the name of a commit.
func (t *tx) nextGeneration(commit, writer string, now time.Time) (int64, error) {
	var gen int64
	if err := t.get([]any{&gen}, "UPDATE lake SET generation = generation + 1 RETURNING generation"); err != nil {
		return 0, err
	}
	_, err := t.exec("INSERT INTO commits (generation, id, writer, at) VALUES (?, ?, ?, ?)", gen, commit, writer, micros(now))
	return gen, err
}

// checkIntervals rejects rows merged by an interval that is not the lake's.
func (t *tx) checkIntervals(c *Commit) error {
	if c.Interval != 0 {
		if _, err := t.exec("UPDATE lake SET interval = ?", int64(c.Interval/time.Second)); err != nil {
			return err
		}
	}
	var seconds int64
	if err := t.get([]any{&seconds}, "SELECT interval FROM lake"); err != nil {
		return err
	}
	want := time.Duration(seconds) * time.Second
	for _, f := range c.files {
		if f.seg.Interval != 0 && f.seg.Interval != want {
			return fmt.Errorf("%w: segment of %s is merged by %v, the lake by %v", ErrConflict, f.table, f.seg.Interval, want)
		}
	}
	return nil
}

// checkMerged rejects a generation of the catalogue in which rows are hidden
// that nothing can tell from others: those of blobs in segments that are merged
// across blobs. Whoever hides a blob takes such segments apart first; whoever
// merges leaves hidden blobs out. It looks at what gen hides and at its files.
func (t *tx) checkMerged(gen int64, files []*File) error {
	const held = `SELECT s.name, b.blob FROM tombstones d
		JOIN segment_blobs sb ON sb.blob = d.blob AND sb.generation = d.generation
		JOIN segments s ON s.id = sb.segment JOIN blobs b ON b.id = d.blob
		WHERE s.ended = 0 AND s.interval > 0 AND NOT s.partial AND `
	check := func(which string, arg int64) error {
		var segment, blob string
		err := t.get([]any{&segment, &blob}, held+which+" LIMIT 1", arg)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		return fmt.Errorf("%w: rows of blob %s are merged with others in segment %s", ErrConflict, blob, segment)
	}
	if t.buried {
		if err := check("d.added = ?", gen); err != nil {
			return err
		}
	}
	for _, f := range files {
		if f.seg.Interval > 0 && !f.seg.Partial {
			if err := check("s.id = ?", f.seg.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkAllRebuilt rejects a change of interval while rows by another one are
// left that came after they were looked for.
func (t *tx) checkAllRebuilt(want time.Duration) error {
	var segment string
	err := t.get([]any{&segment}, "SELECT name FROM segments WHERE ended = 0 AND interval NOT IN (0, ?) LIMIT 1", int64(want/time.Second))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%w: segment %s is merged by another interval than %v", ErrConflict, segment, want)
}

// apply writes all that c holds.
func (t *tx) apply(c *Commit, gen int64, now time.Time) error {
	for i := range c.Cursors {
		if err := t.moveCursor(&c.Cursors[i], gen); err != nil {
			return err
		}
	}
	if err := t.flush(); err != nil {
		return err
	}
	for _, b := range c.Tombstones {
		if err := t.bury(b, gen); err != nil {
			return err
		}
	}
	for _, f := range c.files {
		if err := t.insertSegment(f.seg, gen); err != nil {
			return fmt.Errorf("segment %s: %w", f.seg.Name, err)
		}
	}
	if err := t.replace(c, gen, now); err != nil {
		return err
	}
	if err := t.checkMerged(gen, c.files); err != nil {
		return err
	}
	if c.Interval != 0 {
		if err := t.checkAllRebuilt(c.Interval); err != nil {
			return err
		}
	}
	if err := t.changeSightings(c); err != nil {
		return err
	}
	for _, d := range c.Cleaned {
		if _, err := t.exec("DELETE FROM dirty_intervals WHERE start = ? AND mac = ? AND flow_log = ? AND since = ?",
			micros(d.Start), d.MacAddress, d.FlowLog, d.Since); err != nil {
			return err
		}
	}
	if err := t.markDirty(c.Dirty, gen); err != nil {
		return err
	}
	for _, e := range c.Errors {
		if _, err := t.exec("INSERT INTO ingest_errors (time, blob, record, tuple, kind, reason, raw) VALUES (?, ?, ?, ?, ?, ?, ?)",
			micros(e.Time), e.Blob, e.RecordOrdinal, e.TupleOrdinal, e.Kind, e.Reason, clip(e.Raw)); err != nil {
			return err
		}
	}
	for _, ip := range c.IPs {
		if err := t.putIP(ip); err != nil {
			return err
		}
	}
	for i := range c.Rollovers {
		if err := t.changeRollover(&c.Rollovers[i]); err != nil {
			return err
		}
	}
	for _, b := range c.Release {
		if _, err := t.exec("UPDATE blobs SET claimed_by = '', claimed_until = 0 WHERE blob = ? AND claimed_by = ?", b, c.writer.id); err != nil {
			return err
		}
	}
	return nil
}

// changeRollover opens, closes or changes a rollover.
func (t *tx) changeRollover(r *RolloverChange) error {
	var n int64
	var err error
	switch {
	case r.Old == nil:
		n, err = t.exec("INSERT INTO open_rollovers (key, mac, payload) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", r.Key, r.MacAddress, r.New)
	case r.New == nil:
		n, err = t.exec("DELETE FROM open_rollovers WHERE key = ? AND payload = ?", r.Key, r.Old)
	default:
		n, err = t.exec("UPDATE open_rollovers SET payload = ? WHERE key = ? AND payload = ?", r.New, r.Key, r.Old)
	}
	if err == nil && n == 0 {
		return fmt.Errorf("%w: the rollover of %s is another one now", ErrConflict, r.Key)
	}
	return err
}

// maxRaw is how much of a quarantined input is kept.
const maxRaw = 4 << 10

// clip cuts s to maxRaw bytes of valid UTF-8.
func clip(s string) string {
	if len(s) > maxRaw {
		cut := maxRaw
		for cut > maxRaw-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// blobKey returns the catalogue's key of a blob, making one if needed.
func (t *tx) blobKey(blob string) (int64, error) {
	if id, ok := t.blobs[blob]; ok {
		return id, nil
	}
	st, err := t.stmt("INSERT INTO blobs (blob) VALUES (?) ON CONFLICT DO NOTHING")
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(t.ctx, blob)
	if err != nil {
		return 0, err
	}
	var id int64
	if n, err := res.RowsAffected(); err != nil {
		return 0, err
	} else if n == 1 {
		id, err = res.LastInsertId()
		if err != nil {
			return 0, err
		}
	} else if err := t.get([]any{&id}, "SELECT id FROM blobs WHERE blob = ?", blob); err != nil {
		return 0, err
	}
	t.blobs[blob] = id
	return id, nil
}

// moveCursor swaps a cursor if it still is where it is expected.
func (t *tx) moveCursor(ch *CursorChange, gen int64) error {
	e, n := &ch.Expected, &ch.Next
	if e.key != 0 {
		t.blobs[n.Blob] = e.key
	}
	id, err := t.blobKey(n.Blob)
	if err != nil {
		return err
	}
	changed, err := t.exec(`UPDATE blobs SET generation = ?, revision = revision + 1, byte_offset = ?, next_record = ?, next_tuple = ?,
			container = ?, account = ?, hour = ?, mac = ?, bytes = ?, records = ?, tuples = ?, errors = ?, etag = ?, last_block_id = ?,
			first_record = ?, first_seen = ?, last_read = ?, final = ?, forgotten = ?, gone = CASE WHEN generation = ? THEN gone ELSE 0 END
		WHERE id = ? AND blob = ? AND generation = ? AND revision = ? AND byte_offset = ? AND next_record = ? AND next_tuple = ?`,
		n.Generation, n.Offset, n.NextRecord, n.NextTuple,
		n.Container, n.Account, micros(n.Hour), n.MacAddress, n.Bytes, n.Records, n.Tuples, n.Errors, n.ETag, n.LastBlockID,
		n.FirstRecord, micros(n.FirstSeen), micros(n.LastRead), n.Final, n.Forgotten, n.Generation,
		id, n.Blob, e.Generation, e.Revision, e.Offset, e.NextRecord, e.NextTuple)
	if err != nil {
		return err
	}
	if changed != 1 {
		var found Cursor
		if err := t.get([]any{&found.Generation, &found.Offset}, "SELECT generation, byte_offset FROM blobs WHERE id = ?", id); err != nil {
			return err
		}
		return fmt.Errorf("%w: cursor of blob %s is at generation %d offset %d, not at generation %d offset %d",
			ErrConflict, n.Blob, found.Generation, found.Offset, e.Generation, e.Offset)
	}
	if e.Read() && !ch.continues() {
		if err := t.bury(BlobGen{n.Blob, e.Generation}, gen); err != nil {
			return err
		}
	}
	for _, r := range ch.Rules {
		if err := t.addRule(id, n.Generation, r); err != nil {
			return err
		}
	}
	return t.addSightings(ch.Captures, ch.Locals)
}

// bury hides the rows of one generation of a blob, and takes its hits back.
func (t *tx) bury(b BlobGen, gen int64) error {
	id, err := t.blobKey(b.Blob)
	if err != nil {
		return err
	}
	changed, err := t.exec("INSERT INTO tombstones (blob, generation, added) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", id, b.Generation, gen)
	if err != nil || changed == 0 {
		return err
	}
	t.buried = true
	if err := t.insert(&t.hits); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE rules SET hits = rules.hits - b.hits, denied = rules.denied - b.denied
		FROM blob_rules b WHERE b.rule = rules.id AND b.blob = ? AND b.generation = ?`, id, b.Generation); err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM blob_rules WHERE blob = ? AND generation = ?", id, b.Generation); err != nil {
		return err
	}
	_, err = t.exec("UPDATE ingest_errors SET retried = 1 WHERE blob = ? AND retried = 0", b.Blob)
	return err
}

// ruleSum is what a transaction adds to a rule.
type ruleSum struct {
	id int64
	RuleCount
}

// addRule adds r to RuleSightings in the name of a blob; flush writes it.
func (t *tx) addRule(blob int64, generation int, r RuleCount) error {
	key := [2]string{r.AclGroup, r.AclRule}
	sum := t.rules[key]
	if sum == nil {
		sum = &ruleSum{RuleCount: RuleCount{AclGroup: r.AclGroup, AclRule: r.AclRule}}
		if err := t.get([]any{&sum.id}, `INSERT INTO rules (acl_group, acl_rule, first_seen, last_seen, hits, denied) VALUES (?, ?, ?, ?, 0, 0)
			ON CONFLICT (acl_group, acl_rule) DO UPDATE SET hits = hits RETURNING id`,
			r.AclGroup, r.AclRule, micros(r.FirstSeen), micros(r.LastSeen)); err != nil {
			return err
		}
		t.rules[key] = sum
	}
	sum.FirstSeen, sum.LastSeen = earliest(sum.FirstSeen, r.FirstSeen), latest(sum.LastSeen, r.LastSeen)
	sum.Hits += r.Hits
	sum.Denied += r.Denied
	if r.Hits == 0 && r.Denied == 0 {
		return nil
	}
	return t.add(&t.hits, blob, generation, sum.id, r.Hits, r.Denied)
}

// flush writes what addRule and addSightings have gathered.
func (t *tx) flush() error {
	for _, r := range []*insertion{&t.hits, &t.captures, &t.locals} {
		if err := t.insert(r); err != nil {
			return err
		}
	}
	for _, r := range t.rules {
		if _, err := t.exec(`UPDATE rules SET first_seen = min(first_seen, ?), last_seen = max(last_seen, ?),
			hits = hits + ?, denied = denied + ? WHERE id = ?`,
			micros(r.FirstSeen), micros(r.LastSeen), r.Hits, r.Denied, r.id); err != nil {
			return err
		}
	}
	clear(t.rules)
	return nil
}

// addSightings adds captures and local addresses; flush writes them.
func (t *tx) addSightings(captures []CaptureHour, locals []LocalAddress) error {
	for _, h := range captures {
		if err := t.add(&t.captures, micros(h.Hour), h.MacAddress, h.NicResourceID, h.FlowLogType); err != nil {
			return err
		}
	}
	for _, a := range locals {
		if err := t.add(&t.locals, micros(a.Hour), a.IP, a.MacAddress, a.VNet); err != nil {
			return err
		}
	}
	return nil
}

// changeSightings takes back and adds what c says of them.
func (t *tx) changeSightings(c *Commit) error {
	for _, h := range c.Unseen.Captures {
		if _, err := t.exec("DELETE FROM capture_hours WHERE hour = ? AND mac = ? AND nic = ? AND flow_log_type = ?",
			micros(h.Hour), h.MacAddress, h.NicResourceID, h.FlowLogType); err != nil {
			return err
		}
	}
	for _, a := range c.Unseen.Locals {
		if _, err := t.exec("DELETE FROM local_addresses WHERE hour = ? AND ip = ? AND mac = ? AND vnet = ?",
			micros(a.Hour), a.IP, a.MacAddress, a.VNet); err != nil {
			return err
		}
	}
	if err := t.addSightings(c.Seen.Captures, c.Seen.Locals); err != nil {
		return err
	}
	return t.flush()
}

func (t *tx) putIP(ip IPDetail) error {
	_, err := t.exec(`INSERT INTO ip_details (ip, time_generated, flow_type, location, public_ip_details, threat_type, threat_description,
			dns_domain, url, port, flow_interval_start, flow_interval_end) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (ip) DO UPDATE SET time_generated = excluded.time_generated, flow_type = excluded.flow_type,
			location = excluded.location, public_ip_details = excluded.public_ip_details, threat_type = excluded.threat_type,
			threat_description = excluded.threat_description, dns_domain = excluded.dns_domain, url = excluded.url,
			port = excluded.port, flow_interval_start = excluded.flow_interval_start, flow_interval_end = excluded.flow_interval_end
		WHERE excluded.time_generated >= time_generated`,
		ip.IP, micros(ip.TimeGenerated), ip.FlowType, ip.Location, ip.PublicIPDetails, ip.ThreatType, ip.ThreatDescription,
		ip.DNSDomain, ip.URL, ip.Port, micros(ip.FlowIntervalStart), micros(ip.FlowIntervalEnd))
	return err
}

func (t *tx) markDirty(list []Interval, gen int64) error {
	for _, d := range list {
		if _, err := t.exec(`INSERT INTO dirty_intervals (start, mac, flow_log, since) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET since = excluded.since`, micros(d.Start), d.MacAddress, d.FlowLog, gen); err != nil {
			return err
		}
	}
	return nil
}

// columnSet returns the key of a list of columns.
func (t *tx) columnSet(columns []string) (int64, error) {
	list, err := json.Marshal(append([]string{}, columns...))
	if err != nil {
		return 0, err
	}
	var id int64
	err = t.get([]any{&id}, "SELECT id FROM column_sets WHERE columns = ?", string(list))
	if errors.Is(err, sql.ErrNoRows) {
		err = t.get([]any{&id}, "INSERT INTO column_sets (columns) VALUES (?) RETURNING id", string(list))
	}
	return id, err
}

// insertSegment makes s known; it fills in the segment's id and generation.
func (t *tx) insertSegment(s *Segment, gen int64) error {
	subs, err := json.Marshal(append([]string{}, s.Subscriptions...))
	if err != nil {
		return err
	}
	set, err := t.columnSet(s.Columns)
	if err != nil {
		return err
	}
	err = t.get([]any{&s.ID}, `INSERT INTO segments (name, table_name, day, row_count, bytes, min_time, max_time, min_flow_start, max_flow_start,
			schema_version, writer, commit_id, created, level, partial, interval, column_set, subscriptions, address_filter, inventory, added)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		s.Name, s.Table, s.Day, s.Rows, s.Bytes, micros(s.MinTime), micros(s.MaxTime), micros(s.MinFlowStart), micros(s.MaxFlowStart),
		s.SchemaVersion, s.Writer, s.Commit, micros(s.Created), s.Level, s.Partial, int64(s.Interval/time.Second), set, string(subs), s.AddressFilter, s.Inventory, gen)
	if err != nil {
		return err
	}
	s.Added = gen
	for _, b := range s.Blobs {
		id, err := t.blobKey(b.Blob)
		if err != nil {
			return err
		}
		if _, err := t.exec("INSERT INTO segment_blobs (segment, blob, generation, first, last, row_count) VALUES (?, ?, ?, ?, ?, ?)",
			s.ID, id, b.Generation, b.First, b.Last, b.Rows); err != nil {
			return fmt.Errorf("blob %s: %w", b.Blob, err)
		}
	}
	return nil
}

// countRows adds the rows of a segment to rows, by blob, and to cut the blobs
// of which a snapshot of generation upTo hides single rows.
func (t *tx) countRows(segment, upTo int64, rows map[BlobGen]int64, cut map[BlobGen]bool) error {
	var cuts bool
	if err := t.get([]any{&cuts}, "SELECT EXISTS (SELECT 1 FROM cuts WHERE segment = ? AND added <= ?)", segment, upTo); err != nil {
		return err
	}
	return each(t.ctx, t.Tx, func(r *sql.Rows) error {
		var b BlobGen
		var n int64
		if err := r.Scan(&b.Blob, &b.Generation, &n); err != nil {
			return err
		}
		rows[b] += n
		cut[b] = cut[b] || cuts
		return nil
	}, "SELECT b.blob, s.generation, s.row_count FROM segment_blobs s JOIN blobs b ON b.id = s.blob WHERE s.segment = ?", segment)
}

// replace ends the segments whose rows c's files have taken over.
func (t *tx) replace(c *Commit, gen int64, now time.Time) error {
	lost := map[BlobGen]int64{} // rows of Flows that were in the old segments and are not in the new
	cut := map[BlobGen]bool{}   // blobs some of whose rows were hidden one by one
	for _, s := range c.replaces {
		changed, err := t.exec("UPDATE segments SET ended = ?, ended_at = ?, replaced_by = ? WHERE id = ? AND name = ? AND ended = 0",
			gen, micros(now), c.ID, s.ID, s.Name)
		if err != nil {
			return err
		}
		if changed != 1 {
			return fmt.Errorf("%w: segment %s is no longer live", ErrConflict, s.Name)
		}
		if s.Table == TableFlows {
			if err := t.countRows(s.ID, c.basedOn, lost, cut); err != nil {
				return err
			}
		}
		for _, f := range c.files { // what was forgotten while the new segment was being made
			if f.table != s.Table {
				continue
			}
			if _, err := t.exec("INSERT INTO cuts (segment, before, subscription, added) SELECT ?, before, subscription, added FROM cuts WHERE segment = ? AND added > ? ON CONFLICT DO NOTHING",
				f.seg.ID, s.ID, c.basedOn); err != nil {
				return err
			}
		}
	}
	if len(c.replaces) == 0 {
		return nil
	}
	for _, f := range c.files {
		if f.table == TableFlows {
			for _, b := range f.seg.Blobs {
				lost[b.BlobGen] -= b.Rows
			}
		}
	}
	for b, n := range lost {
		if n == 0 {
			continue
		}
		id, err := t.blobKey(b.Blob)
		if err != nil {
			return err
		}
		var dead bool
		if err := t.get([]any{&dead}, "SELECT EXISTS (SELECT 1 FROM tombstones WHERE blob = ? AND generation = ?)", id, b.Generation); err != nil {
			return err
		}
		switch {
		case n < 0:
			return fmt.Errorf("blob %s generation %d: the new segments hold %d rows more than those they replace", b.Blob, b.Generation, -n)
		case !dead && !cut[b]:
			return fmt.Errorf("blob %s generation %d: the new segments hold %d rows less than those they replace", b.Blob, b.Generation, n)
		}
		if _, err := t.exec("UPDATE blobs SET gone = gone + ? WHERE id = ? AND generation = ?", n, id, b.Generation); err != nil {
			return err
		}
	}
	return nil
}
