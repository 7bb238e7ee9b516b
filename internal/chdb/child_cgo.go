//go:build cgo && linux

package chdb

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdlib.h>
#include <stddef.h>
#include <stdbool.h>
#include <unistd.h>

// The functions of libchdb that are used, by the types of its C API.
static void *library;
static void **(*chdb_connect)(int, char **);
static void *(*chdb_query_n)(void *, const char *, size_t, const char *, size_t);
static const char *(*chdb_result_error)(void *);
static const char *(*chdb_result_buffer)(void *);
static size_t (*chdb_result_length)(void *);
static void (*chdb_destroy)(void *);
static void (*chdb_signals)(bool);

static const char *load(const char *path) {
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library) return dlerror();
	*(void **)&chdb_connect = dlsym(library, "chdb_connect");
	*(void **)&chdb_query_n = dlsym(library, "chdb_query_n");
	*(void **)&chdb_result_error = dlsym(library, "chdb_result_error");
	*(void **)&chdb_result_buffer = dlsym(library, "chdb_result_buffer");
	*(void **)&chdb_result_length = dlsym(library, "chdb_result_length");
	*(void **)&chdb_destroy = dlsym(library, "chdb_destroy_query_result");
	*(void **)&chdb_signals = dlsym(library, "chdb_set_signal_handlers_enabled");
	if (!chdb_connect || !chdb_query_n || !chdb_result_error || !chdb_result_buffer || !chdb_result_length || !chdb_destroy)
		return "the library lacks functions of chdb's C API";
	if (chdb_signals) chdb_signals(false);
	return NULL;
}

static void *open_connection(void) {
	char *args[] = {"clickhouse"};
	void **c = chdb_connect(1, args);
	return c ? *c : NULL;
}

static void *run(void *conn, const char *q, size_t n, const char *f, size_t m) { return chdb_query_n(conn, q, n, f, m); }
static const char *result_error(void *r) { return chdb_result_error(r); }
static const char *result_buffer(void *r) { return chdb_result_buffer(r); }
static size_t result_length(void *r) { return chdb_result_length(r); }
static void destroy(void *r) { chdb_destroy(r); }
*/
import "C"

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"runtime"
	"unsafe"
)

// serve answers queries until in ends.
func serve(lib string, in io.Reader, out io.Writer) error {
	runtime.LockOSThread()
	path := C.CString(lib)
	defer C.free(unsafe.Pointer(path))
	if msg := C.load(path); msg != nil {
		return fmt.Errorf("%s: %s", lib, C.GoString(msg))
	}
	conn := C.open_connection()
	if conn == nil {
		return errors.New("chdb: no connection")
	}
	r, w := bufio.NewReader(in), bufio.NewWriter(out)
	for {
		sql, err := readText(r)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		format, err := readText(r)
		if err != nil {
			return err
		}
		status, answer := ask(conn, sql, format)
		if err := w.WriteByte(status); err != nil {
			return err
		}
		if err := writeText(w, answer); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
}

// ask runs one query; status 1 says that the answer is an error.
func ask(conn unsafe.Pointer, sql, format []byte) (status byte, answer []byte) {
	q, f := C.CBytes(sql), C.CBytes(format)
	defer C.free(q)
	defer C.free(f)
	res := C.run(conn, (*C.char)(q), C.size_t(len(sql)), (*C.char)(f), C.size_t(len(format)))
	if res == nil {
		return 1, []byte("chdb: no result")
	}
	defer C.destroy(res)
	if msg := C.result_error(res); msg != nil {
		return 1, []byte(C.GoString(msg))
	}
	n := C.result_length(res)
	if n == 0 {
		return 0, nil
	}
	return 0, C.GoBytes(unsafe.Pointer(C.result_buffer(res)), C.int(n))
}

// exit ends the child at once: the library's own teardown is known to hang.
func exit(err error) {
	code := 0
	if err != nil {
		code = 1
	}
	C._exit(C.int(code))
}
