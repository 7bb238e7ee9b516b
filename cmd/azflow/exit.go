package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/azflow/azflow/internal/lake"
)

// Exit codes. `azflow help exit-codes` prints them.
const (
	exitOK          = 0
	exitFailure     = 1   // something failed at run time
	exitUsage       = 2   // the command line or the configuration is wrong
	exitKQL         = 3   // the query is wrong
	exitAuth        = 4   // authentication or authorisation failed
	exitFindings    = 5   // findings, where a command was asked to look for them
	exitPartial     = 6   // done in part; what is missing is listed on stderr
	exitInterrupted = 130 // Ctrl-C or SIGTERM
)

// A failure is an error with the exit code it ends the program with and what to
// do about it.
type failure struct {
	code int
	err  error
	hint string
	// shown is set when everything there is to say was printed already.
	shown bool
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usage returns a failure of the command line.
func usage(hint, format string, args ...any) error {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// withHint adds what to do to an error.
func withHint(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &failure{code: exitFailure, err: err, hint: hint}
}

// report prints err for the user and returns the exit code it stands for.
func report(ctx context.Context, w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		fmt.Fprintln(w, "azflow: interrupted; what was committed stays")
		return exitInterrupted
	}
	code, hint := exitFailure, ""
	var f *failure
	if errors.As(err, &f) {
		if f.shown {
			return f.code
		}
		code, hint = f.code, f.hint
	}
	if lake.DiskFull(err) {
		hint = "the disk is full: make room, then run the same command again; what was committed stays"
	}
	fmt.Fprintf(w, "azflow: %s\n", strings.TrimRight(err.Error(), "\n"))
	if hint != "" {
		fmt.Fprintf(w, "azflow: hint: %s\n", hint)
	}
	return code
}
