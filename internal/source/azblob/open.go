package azblob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/internal/source"
)

// askTime is how long a question may take whose answer is small.
const askTime = 2 * time.Minute

// Open implements source.Source: it asks for the blob's committed blocks, and for
// content when it is read. What is read is of one version of the blob.
func (s *Source) Open(ctx context.Context, b source.Blob, offset int64) (*source.Reader, error) {
	name, ok := strings.CutPrefix(b.Name, Location{Account: s.opt.Account.Name, Container: b.Container}.String()+"/")
	if !ok {
		return nil, fmt.Errorf("%s is not a blob of %s", b.Name, s)
	}
	c, err := s.container(b.Container)
	if err != nil {
		return nil, err
	}
	r := &reader{s: s, ctx: ctx, client: c.NewBlockBlobClient(name), blob: b, name: name, at: offset}
	blocks, err := r.blocks()
	if err != nil {
		return nil, err
	}
	if _, azures := flowlog.ParsePath(name); azures && strings.EqualFold(name[len(name)-len(".json"):], ".json") {
		return &source.Reader{ReadCloser: r, Version: version(r.etag), Modified: r.wrote, Blocks: blocks}, nil
	}
	return r.maybeCompressed(offset, blocks)
}

// version returns an entity tag as listings write it.
func version(tag azcore.ETag) string { return strings.Trim(string(tag), `"`) }

// reader is the content of one version of a blob. It asks for the rest again when
// an answer breaks off.
type reader struct {
	s      *Source
	ctx    context.Context
	client *blockblob.Client
	blob   source.Blob
	name   string
	etag   azcore.ETag
	size   int64
	wrote  time.Time // when that version was written

	at    int64 // offset of the next byte
	body  io.ReadCloser
	stop  context.CancelFunc
	tries int32 // since a byte came
}

// blocks asks for the committed blocks, and which version of what size they are.
// A blob that was not written block by block has none.
func (r *reader) blocks() ([]source.Block, error) {
	ctx, cancel := context.WithTimeout(r.ctx, askTime)
	defer cancel()
	list, err := r.client.GetBlockList(ctx, blockblob.BlockListTypeCommitted, nil)
	if bloberror.HasCode(err, bloberror.InvalidBlobType) {
		// An append or page blob: somebody's copy.
		props, err := r.client.GetProperties(ctx, nil)
		if err != nil {
			return nil, r.s.explain(err, r.blob.Container, r.name)
		}
		r.etag, r.size, r.wrote = value(props.ETag), value(props.ContentLength), value(props.LastModified)
		return nil, nil
	}
	if err != nil {
		return nil, r.s.explain(err, r.blob.Container, r.name)
	}
	r.etag, r.size, r.wrote = value(list.ETag), value(list.BlobContentLength), value(list.LastModified)
	var blocks []source.Block
	end := int64(0)
	for _, b := range list.CommittedBlocks {
		end += value(b.Size)
		blocks = append(blocks, source.Block{ID: value(b.Name), End: end})
	}
	if len(blocks) > 0 {
		r.size = end
	}
	return blocks, nil
}

func value[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// maybeCompressed returns the content of a blob that is not Azure's own, which
// may be compressed.
func (r *reader) maybeCompressed(offset int64, blocks []source.Block) (*source.Reader, error) {
	r.at = 0
	head := make([]byte, source.MagicSize)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.Join(err, r.Close())
	}
	if !source.Compressed(head[:n]) {
		r.again(offset)
		return &source.Reader{ReadCloser: r, Version: version(r.etag), Modified: r.wrote, Blocks: blocks}, nil
	}
	r.again(0)
	z, err := source.Decompress(r)
	if err == nil {
		_, err = io.CopyN(io.Discard, z, offset)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(fmt.Errorf("%s: %w", r.blob.Name, err), r.Close())
	}
	return &source.Reader{ReadCloser: &decompressed{z, r}, Version: version(r.etag), Modified: r.wrote}, nil
}

// again goes on at another offset.
func (r *reader) again(offset int64) {
	_ = r.Close() // it was only read
	r.at = offset
}

// decompressed is the content of a compressed blob.
type decompressed struct {
	io.ReadCloser
	of *reader
}

// Read names the blob in an error of its compression.
func (d *decompressed) Read(p []byte) (int, error) {
	n, err := d.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%s: %w", d.of.blob.Name, err)
	}
	return n, err
}

// Close implements io.Closer.
func (d *decompressed) Close() error { return errors.Join(d.ReadCloser.Close(), d.of.Close()) }

// Close implements io.Closer.
func (r *reader) Close() error {
	if r.body == nil {
		return nil
	}
	err := r.body.Close()
	r.stop()
	r.body = nil
	return err
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	for {
		if r.at >= r.size {
			return 0, io.EOF
		}
		if r.body == nil {
			if err := r.ask(); err != nil {
				return 0, err
			}
			continue
		}
		n, err := r.body.Read(p)
		r.at += int64(n)
		if n > 0 {
			r.tries = 0
			return n, nil
		}
		if err == nil {
			continue
		}
		// Broken off, or ended too early.
		_ = r.Close() // it is of no use any more
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err := r.pause(err); err != nil {
			return 0, err
		}
	}
}

// ask asks for the content from the next byte on.
func (r *reader) ask() error {
	ctx, cancel := context.WithCancel(r.ctx)
	watch := time.AfterFunc(askTime, cancel)
	resp, err := r.client.DownloadStream(ctx, &blob.DownloadStreamOptions{
		Range:            blob.HTTPRange{Offset: r.at, Count: r.size - r.at},
		AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfMatch: &r.etag}},
	})
	if err != nil {
		watch.Stop()
		cancel()
		var answer *azcore.ResponseError
		switch {
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case errors.As(err, &answer) && answer.StatusCode == http.StatusPreconditionFailed:
			return fmt.Errorf("%s: %w", r.blob.Name, source.ErrChanged)
		case ctx.Err() != nil:
			return r.pause(errors.New("no answer came"))
		}
		return r.s.explain(err, r.blob.Container, r.name)
	}
	r.body = &watched{resp.Body, watch, r.s.opt.Stall}
	r.stop = func() { watch.Stop(); cancel() }
	return nil
}

// pause waits before the rest is asked for once more. It returns an error when it
// was asked for often enough.
func (r *reader) pause(err error) error {
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	retry := r.s.opt.Retry
	if r.tries++; r.tries > max(retry.MaxRetries, 0) {
		return fmt.Errorf("%s from byte %d: %w", r.blob.Name, r.at, scrub(err))
	}
	wait := min(retry.RetryDelay<<(r.tries-1), retry.MaxRetryDelay)
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

// watched is a body that is given up when nothing comes of it for long.
type watched struct {
	io.ReadCloser
	t     *time.Timer
	stall time.Duration
}

// Read implements io.Reader. The time between reads does not count: that is the
// reader's own.
func (w *watched) Read(p []byte) (int, error) {
	w.t.Reset(w.stall)
	n, err := w.ReadCloser.Read(p)
	w.t.Stop()
	return n, err
}
