// Package app wires the parts together as the configuration says.
package app

import (
	"fmt"
	"os"
	"strings"

	"github.com/azflow/azflow/internal/chdb"
	"github.com/azflow/azflow/internal/config"
	"github.com/azflow/azflow/internal/lake"
	"github.com/azflow/azflow/internal/query"
	"github.com/azflow/azflow/internal/store/clickhouse"
	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/types"
	"github.com/azflow/azflow/schema"
)

// A MissingError says that something has to be there first.
type MissingError struct {
	What string
	Hint string // what to do about it
}

// Error implements error.
func (e *MissingError) Error() string { return e.What }

// Session returns a session over l with the configured engine, and a function
// that ends it.
func Session(cfg *config.Config, l *lake.Lake, version string) (*query.Session, func(), error) {
	s := &query.Session{
		Lake: l, Catalog: schema.NewCatalog(schema.Tables()), Version: version, RowCap: cfg.Whole("row_cap"),
		Settings: map[string]types.Value{"azflow_public_ips": cfg.Text("public_ips")},
	}
	if hosts := cfg.Text("external_hosts"); hosts != "" {
		s.External = &query.Fetcher{Hosts: strings.Split(hosts, ","), Limit: cfg.Size("external_limit")}
	}
	if folder := cfg.Text("watchlists"); folder != "" {
		cat, err := query.WithWatchlists(s.Catalog, folder)
		if err != nil {
			return nil, nil, err
		}
		s.Catalog = cat
	}
	db, _, err := GeoIP(cfg) // what is missing is told where it would be stored
	if err != nil {
		return nil, nil, err
	}
	if db != nil {
		s.GeoIP = func(ip string) *types.Bag { return geoInfo(db, ip) }
	}
	closeDB := func() {
		if db != nil {
			_ = db.Close() // it was only read
		}
	}
	resolver := &query.Resolver{Lake: l}
	engine := cfg.Text("engine")
	if engine == "clickhouse" {
		lib := os.Getenv(chdb.LibraryEnv)
		if _, err := os.Stat(lib); err != nil {
			return nil, nil, &MissingError{
				What: "the ClickHouse engine needs libchdb.so",
				Hint: chdb.LibraryEnv + " names its path; it comes with the npm package @chdb/lib-linux-x64-gnu",
			}
		}
		client, err := chdb.Open(lib)
		if err != nil {
			return nil, nil, err
		}
		s.Engine = clickhouse.New(client, resolver)
		return s, func() { _ = s.Engine.Close(); closeDB() }, nil // it only read
	}
	temp := l.TempDir()
	if err := os.MkdirAll(temp, 0o777); err != nil {
		return nil, nil, err
	}
	e, err := duckdb.Open(duckdb.Config{
		Segments: l.SegmentsDir(), TempDir: temp, MemoryLimit: cfg.Text("memory_limit"), Threads: cfg.Whole("threads"), Resolver: resolver,
		Context: func() *fn.Ctx { return &fn.Ctx{GeoIP: s.GeoIP} },
	})
	if err != nil {
		return nil, nil, fmt.Errorf("starting DuckDB: %w", err)
	}
	s.Engine, s.Interpret = e, engine == "eval"
	return s, func() { _ = e.Close(); closeDB() }, nil // an engine in memory has nothing to lose
}
