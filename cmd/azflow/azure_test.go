package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/azflow/azflow/internal/azuritetest"
	"github.com/azflow/azflow/internal/flowgen"
)

// TestStorageScripts tells the stories that need a storage account: Azurite's, whose
// connection string is in the environment.
func TestStorageScripts(t *testing.T) {
	var shared azuritetest.Shared
	server := shared.Open(t)
	t.Cleanup(func() { // once the scripts, which run in parallel, are done
		if err := shared.Close(); err != nil {
			t.Error(err)
		}
	})
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/storage",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"blob": func(ts *testscript.TestScript, _ bool, args []string) { putBlob(ts, server, args) },
			"append": func(ts *testscript.TestScript, _ bool, args []string) { // CONTAINER NAME FILE
				ts.Check(server.Append(context.Background(), args[0], args[1], []byte(ts.ReadFile(args[2]))))
			},
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("AZFLOW_DATA", e.WorkDir+"/lake")
			e.Setenv("XDG_CONFIG_HOME", e.WorkDir+"/config")
			e.Setenv("AZURE_STORAGE_CONNECTION_STRING", server.ConnectionString())
			e.Setenv("ACCOUNT", "az://"+azuritetest.Account)
			e.Setenv("ENDPOINT", server.BlobURL)
			e.Setenv("KEY", server.Key)
			e.Setenv("HOUR", time.Now().UTC().Format("y=2006/m=01/d=02/h=15"))
			return nil
		},
	})
}

// putBlob is the script command `blob CONTAINER NAME FILE...`: it commits a blob of
// which each file is a block, and with the name - only makes the container.
func putBlob(ts *testscript.TestScript, server *azuritetest.Server, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: blob CONTAINER NAME FILE...")
	}
	ts.Check(server.Container(context.Background(), args[0]))
	if args[1] == "-" {
		return
	}
	var blocks []flowgen.Block
	for _, file := range args[2:] {
		// The id follows from the file's name: another file is another block.
		id := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "D%32s", file))
		blocks = append(blocks, flowgen.Block{ID: id, Data: []byte(ts.ReadFile(file))})
	}
	ts.Check(server.Commit(context.Background(), args[0], args[1], blocks))
}
