package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/source"
	"github.com/azflow/azflow/internal/source/azblob"
	"github.com/azflow/azflow/internal/source/azqueue"
)

// queueAddress is where a queue is. Endpoint is empty if the account's connection
// string tells it.
type queueAddress struct{ account, endpoint, name string }

// parseQueue reads what --queue says: a URL, or the name of a queue of the one
// account that is followed.
func (p *program) parseQueue(text string, args []string) (queueAddress, error) {
	if !strings.Contains(text, "://") {
		accounts, err := p.accountsOf(args)
		if err != nil {
			return queueAddress{}, err
		}
		if len(accounts) != 1 {
			return queueAddress{}, usage("give its URL: https://ACCOUNT.queue.core.windows.net/"+text, "--queue %s: %d storage accounts are followed, so that it is not clear whose queue that is", text, len(accounts))
		}
		return queueAddress{account: accounts[0], name: text}, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.RawQuery != "" || u.User != nil {
		return queueAddress{}, usage("a signature goes into AZURE_STORAGE_SAS_TOKEN", "--queue takes a URL without a signature: https://ACCOUNT.queue.core.windows.net/NAME")
	}
	switch parts := strings.Split(strings.Trim(u.Path, "/"), "/"); {
	case len(parts) == 1 && parts[0] != "":
		account, _, _ := strings.Cut(u.Host, ".")
		return queueAddress{account, u.Scheme + "://" + u.Host, parts[0]}, nil
	case len(parts) == 2: // of an emulator
		return queueAddress{parts[0], u.Scheme + "://" + u.Host + "/" + parts[0], parts[1]}, nil
	}
	return queueAddress{}, usage("", "--queue %s names no queue: https://ACCOUNT.queue.core.windows.net/NAME", text)
}

// accountsOf returns the names of the storage accounts among the arguments, or of
// the configuration if there are none.
func (p *program) accountsOf(args []string) ([]string, error) {
	var names []string
	for _, a := range args {
		if !azblob.Is(a) {
			continue
		}
		l, err := azblob.Parse(a)
		if err != nil {
			return nil, err
		}
		names = append(names, l.Account)
	}
	if len(args) == 0 {
		for _, a := range p.cfg.Accounts() {
			names = append(names, a.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// openQueue returns the queue that --queue names, which keeps what is no event in
// l's table IngestErrors.
func (p *program) openQueue(ctx context.Context, l *lake.Lake, text string, args []string) (*azqueue.Queue, error) {
	at, err := p.parseQueue(text, args)
	if err != nil {
		return nil, err
	}
	account, err := p.account(azblob.Location{Account: at.account})
	if err != nil {
		return nil, err
	}
	c := account.Credential
	if at.endpoint == "" && c.ConnectionString == "" {
		if account.Endpoint != "" {
			return nil, usage("give its URL: https://HOST/"+at.name, "--queue %s: the account has an endpoint of its own, which does not tell where its queues are", text)
		}
		for _, cloud := range azblob.Clouds() {
			if account.Cloud == "" || strings.EqualFold(account.Cloud, cloud.Name) {
				at.endpoint = "https://" + at.account + strings.Replace("."+cloud.Suffix, ".blob.", ".queue.", 1)
				break
			}
		}
	}
	q, err := azqueue.New(azqueue.Options{
		Endpoint: at.endpoint, Name: at.name, Now: time.Now,
		Credential: azqueue.Credential{ConnectionString: c.ConnectionString, Account: at.account, Key: c.Key, SAS: c.SAS, Token: c.Token},
		Park:       func(ctx context.Context, poison []azqueue.Poison) error { return park(ctx, l, text, poison) },
		Stored: func(ctx context.Context, e azqueue.Event, since time.Time) (bool, error) {
			return stored(ctx, l, e, since)
		},
		Log: func(line string) { p.note("%s %s", time.Now().UTC().Format("15:04:05Z"), line) },
	})
	if err == nil {
		err = q.Check(ctx)
	}
	var problem *source.Problem
	if errors.As(err, &problem) {
		return nil, sourceFailure(problem)
	}
	return q, err
}

// park keeps messages in quarantine.
func park(ctx context.Context, l *lake.Lake, queue string, poison []azqueue.Poison) (err error) {
	w, err := l.OpenWriter(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	c := w.Begin()
	for _, m := range poison {
		c.Errors = append(c.Errors, lake.IngestError{
			Time: time.Now(), Blob: fmt.Sprintf("queue %s, message %s", queue, m.ID), RecordOrdinal: -1, TupleOrdinal: -1,
			Kind: "message", Reason: m.Reason, Raw: m.Text,
		})
	}
	_, err = w.Commit(ctx, c)
	return err
}

// stored reports whether l has what an event tells of.
func stored(ctx context.Context, l *lake.Lake, e azqueue.Event, received time.Time) (bool, error) {
	cursors, err := l.Cursors(ctx, []string{e.ID})
	if err != nil {
		return false, err
	}
	c, ok := cursors[e.ID]
	return ok && (e.ETag != "" && strings.Trim(c.ETag, `"`) == e.ETag || c.LastRead.After(received)), nil
}

// listen has a queue wake a follower until stop is called.
func listen(ctx context.Context, q *azqueue.Queue, wake chan<- time.Time) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		q.Run(ctx, wake)
	}()
	return func() {
		cancel()
		<-done
	}
}
