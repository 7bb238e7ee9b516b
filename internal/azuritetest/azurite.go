// Package azuritetest gives tests a storage account on loopback: Azurite, a proxy
// that breaks answers and counts bytes, and a server that lists any number of
// blobs.
package azuritetest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/appendblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/sas"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/service"

	"github.com/azflow/azflow/internal/flowgen"
)

// ScriptEnv names the environment variable with the path of azurite.js of the
// npm package azurite, 3.35.0.
const ScriptEnv = "AZFLOW_AZURITE"

// Account is the name of a server's account.
const Account = "azflowlogs"

// ErrMissing is returned by Start if Azurite is not there.
var ErrMissing = errors.New("no Azurite")

// A Server is an Azurite of one's own with one empty account, all in memory.
type Server struct {
	Key      string // of the account, this server's alone
	BlobURL  string // of the account, without a slash at the end
	QueueURL string // likewise

	service *service.Client
	stdin   io.Closer // ends the server when it is closed, or the process that holds it dies
	cmd     *exec.Cmd

	mu     sync.Mutex
	staged map[string]map[string]bool // blob → ids of blocks that it has
}

// endWithParent makes node exit when its standard input ends.
const endWithParent = `data:text/javascript,process.stdin.resume();process.stdin.on("end",()=>process.exit(0))`

var listening = regexp.MustCompile(`Azurite (Blob|Queue|Table) service is successfully listening at (http://127\.0\.0\.1:\d+)`)

// Start starts Azurite on free ports of loopback. The caller closes it; it also
// ends when this process does.
func Start(ctx context.Context) (_ *Server, err error) {
	script := os.Getenv(ScriptEnv)
	if _, err := os.Stat(script); err != nil {
		return nil, fmt.Errorf("%w: %s must name azurite.js; `make node-modules` installs it", ErrMissing, ScriptEnv)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMissing, err)
	}
	key := make([]byte, 64)
	_, _ = rand.Read(key) // never fails
	s := &Server{Key: base64.StdEncoding.EncodeToString(key), staged: map[string]map[string]bool{}}
	s.cmd = exec.Command(node, "--import", endWithParent, script, "--silent", "--disableTelemetry", "--skipApiVersionCheck",
		"--inMemoryPersistence", "--extentMemoryLimit", "1024", "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
		"--blobPort", "0", "--queuePort", "0", "--tablePort", "0")
	s.cmd.Env = append(os.Environ(), "AZURITE_ACCOUNTS="+Account+":"+s.Key)
	var stderr bytes.Buffer
	s.cmd.Stderr = &stderr
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start Azurite: %w", err)
	}
	defer func() {
		if err != nil {
			_ = s.Close() // the error is why
			err = fmt.Errorf("start Azurite: %w\n%s", err, &stderr)
		}
	}()
	if err := s.wait(ctx, out); err != nil {
		return nil, err
	}
	cred, err := service.NewSharedKeyCredential(Account, s.Key)
	if err != nil {
		return nil, err
	}
	s.service, err = service.NewClientWithSharedKeyCredential(s.BlobURL, cred, nil)
	return s, err
}

// wait reads where the server listens.
func (s *Server) wait(ctx context.Context, out io.Reader) error {
	ready := make(chan error, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); {
			m := listening.FindStringSubmatch(lines.Text())
			if m == nil {
				continue
			}
			switch m[1] {
			case "Blob":
				s.BlobURL = m[2] + "/" + Account
			case "Queue":
				s.QueueURL = m[2] + "/" + Account
			}
			if n++; n == 3 {
				ready <- nil
			}
		}
		ready <- errors.New("it ended before it listened")
	}()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	select {
	case err := <-ready:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends the server.
func (s *Server) Close() error {
	err := s.stdin.Close()
	late := time.AfterFunc(10*time.Second, func() { _ = s.cmd.Process.Kill() }) // it hangs
	defer late.Stop()
	return errors.Join(err, s.cmd.Wait())
}

// ConnectionString returns what AZURE_STORAGE_CONNECTION_STRING would hold.
func (s *Server) ConnectionString() string { return s.connection(s.BlobURL) }

// ConnectionThrough returns a connection string whose blob endpoint is a proxy at
// base, scheme://host:port.
func (s *Server) ConnectionThrough(base string) string {
	return s.connection(strings.TrimSuffix(base, "/") + "/" + Account)
}

func (s *Server) connection(blob string) string {
	return fmt.Sprintf("DefaultEndpointsProtocol=http;AccountName=%s;AccountKey=%s;BlobEndpoint=%s;QueueEndpoint=%s;", Account, s.Key, blob, s.QueueURL)
}

// SAS returns a shared access signature for reading and listing all containers
// of the account, valid from an hour before now to an hour after it. It is a
// query without a question mark.
func (s *Server) SAS(now time.Time) (string, error) {
	cred, err := service.NewSharedKeyCredential(Account, s.Key)
	if err != nil {
		return "", err
	}
	q, err := sas.AccountSignatureValues{
		Protocol: sas.ProtocolHTTPSandHTTP, StartTime: now.Add(-time.Hour).UTC(), ExpiryTime: now.Add(time.Hour).UTC(),
		Permissions:   (&sas.AccountPermissions{Read: true, List: true}).String(),
		ResourceTypes: (&sas.AccountResourceTypes{Service: true, Container: true, Object: true}).String(),
	}.SignWithSharedKey(cred)
	if err != nil {
		return "", err
	}
	return q.Encode(), nil
}

// Container makes a container unless it is there.
func (s *Server) Container(ctx context.Context, name string) error {
	_, err := s.service.NewContainerClient(name).Create(ctx, nil)
	if bloberror.HasCode(err, bloberror.ContainerAlreadyExists) {
		return nil
	}
	return err
}

// Commit makes blocks the content of a blob, as Azure does: those that the blob
// does not have are staged, then the list of all is put. It makes the container.
func (s *Server) Commit(ctx context.Context, containerName, name string, blocks []flowgen.Block) error {
	if err := s.commit(ctx, containerName, name, blocks); err != nil {
		return fmt.Errorf("commit blocks of %s/%s: %w", containerName, name, err)
	}
	return nil
}

func (s *Server) commit(ctx context.Context, containerName, name string, blocks []flowgen.Block) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := containerName + "/" + name
	if _, ok := s.staged[containerName]; !ok {
		if err := s.Container(ctx, containerName); err != nil {
			return err
		}
		s.staged[containerName] = nil
	}
	c := s.service.NewContainerClient(containerName).NewBlockBlobClient(name)
	has, ids := s.staged[key], make([]string, 0, len(blocks))
	now := make(map[string]bool, len(blocks))
	for _, b := range blocks {
		if !has[b.ID] {
			if _, err := c.StageBlock(ctx, b.ID, streaming.NopCloser(bytes.NewReader(b.Data)), nil); err != nil {
				return err
			}
		}
		ids, now[b.ID] = append(ids, b.ID), true
	}
	if _, err := c.CommitBlockList(ctx, ids, nil); err != nil {
		return err
	}
	s.staged[key] = now
	return nil
}

// Append adds to an append blob, as Azure writes activity logs, and makes it if it is
// not there.
func (s *Server) Append(ctx context.Context, containerName, name string, data []byte) error {
	if err := s.Container(ctx, containerName); err != nil {
		return err
	}
	b := s.service.NewContainerClient(containerName).NewAppendBlobClient(name)
	none := azcore.ETagAny
	_, err := b.Create(ctx, &appendblob.CreateOptions{AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfNoneMatch: &none}}})
	if err != nil && !bloberror.HasCode(err, bloberror.BlobAlreadyExists) {
		return fmt.Errorf("make append blob %s/%s: %w", containerName, name, err)
	}
	if _, err := b.AppendBlock(ctx, streaming.NopCloser(bytes.NewReader(data)), nil); err != nil {
		return fmt.Errorf("append to %s/%s: %w", containerName, name, err)
	}
	return nil
}

// Delete removes a blob.
func (s *Server) Delete(ctx context.Context, containerName, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.service.NewContainerClient(containerName).NewBlobClient(name).Delete(ctx, nil)
	delete(s.staged, containerName+"/"+name)
	return err
}

// DeleteContainer removes a container and all its blobs.
func (s *Server) DeleteContainer(ctx context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.service.DeleteContainer(ctx, name, nil)
	for key := range s.staged {
		if key == name || strings.HasPrefix(key, name+"/") {
			delete(s.staged, key)
		}
	}
	return err
}

// Names returns the names of a container's blobs.
func (s *Server) Names(ctx context.Context, containerName string) ([]string, error) {
	var names []string
	pager := s.service.NewContainerClient(containerName).NewListBlobsFlatPager(&container.ListBlobsFlatOptions{})
	for pager.More() {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, b := range page.Segment.BlobItems {
			names = append(names, *b.Name)
		}
	}
	return names, nil
}

// Sink returns a sink that puts blobs, block by block, into their containers. It
// takes no other files.
func (s *Server) Sink(ctx context.Context) flowgen.Sink { return sink{ctx, s} }

type sink struct {
	ctx context.Context // of the generation, which has none
	s   *Server
}

func (k sink) Blob(b flowgen.Blob) error {
	var blocks []flowgen.Block
	for block := range b.Blocks {
		blocks = append(blocks, flowgen.Block{ID: block.ID, Data: bytes.Clone(block.Data)})
	}
	return k.s.Commit(k.ctx, b.Container, b.Name, blocks)
}

func (k sink) File(f flowgen.File) error {
	return fmt.Errorf("a storage account for flow logs has no place for %s", f.Name)
}

// Shared is the one server of a package's tests: a variable of the test package,
// closed at the end of TestMain.
type Shared struct {
	once   sync.Once
	server *Server
	err    error
}

// Open starts the server for the first test that asks. Without Azurite the test
// is skipped, and fails where CI is true.
func (s *Shared) Open(t testing.TB) *Server {
	t.Helper()
	s.once.Do(func() { s.server, s.err = Start(context.Background()) })
	if errors.Is(s.err, ErrMissing) && os.Getenv("CI") != "true" {
		t.Skip(s.err)
	}
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s.server
}

// Close ends the server if there is one.
func (s *Shared) Close() error {
	if s.server == nil {
		return nil
	}
	return s.server.Close()
}

// Main is the body of TestMain of a package whose tests use s.
func Main(m *testing.M, s *Shared) {
	code := m.Run()
	if err := s.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "end Azurite:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}
