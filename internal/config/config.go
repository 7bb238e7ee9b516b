// Package config finds the value of every setting and remembers where it came
// from: flag, environment, configuration file or default, in that order.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// Kind is what a setting's text must read as.
type Kind uint8

// The kinds of setting.
const (
	Text Kind = iota
	Path
	Whole    // a whole number, at least 1
	Duration // Go's form: 30s, 15m, 24h
	Size     // bytes with an optional KB, MB, GB, MiB, GiB suffix
	Number   // 0 or more, with or without a fraction
	Choice
)

// A Setting is one thing a user can set. Its environment variable is AZFLOW_
// and the name in upper case with dots as underscores.
type Setting struct {
	Name    string // as in the configuration file; a dot separates levels
	Kind    Kind
	Default string // "" when it is computed (see defaultOf)
	Choices []string
	Secret  bool
	Doc     string
}

// Env returns the environment variable that sets s.
func (s Setting) Env() string {
	return "AZFLOW_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(s.Name))
}

// Settings lists every setting, in the order that config show prints.
func Settings() []Setting { return slices.Clone(settings) }

var settings = []Setting{
	{Name: "data", Kind: Path, Doc: "Folder of the lake: the catalogue and the Parquet segments."},
	{Name: "interval", Kind: Choice, Choices: []string{"10m", "60m"}, Default: "60m", Doc: "Interval that NTANetAnalytics merges flows over; fixed when the lake is created."},
	{Name: "public_ips", Kind: Choice, Choices: []string{"expanded", "packed"}, Default: "expanded", Doc: "Rows of NTANetAnalytics: one for each public address, or Azure's reduction with the addresses packed in SrcPublicIps and DestPublicIps."},
	{Name: "geoip_city", Kind: Path, Doc: "MaxMind database (.mmdb) of cities or countries: fills SrcCountry and DestCountry, and answers geo_info_from_ip_address."},
	{Name: "geoip_asn", Kind: Path, Doc: "MaxMind database (.mmdb) of autonomous systems: fills SrcAsn, SrcAsName and their like of the destination."},
	{Name: "workers", Kind: Whole, Doc: "How many inputs are read at once; default the number of processors."},
	{Name: "grace", Kind: Duration, Default: "15m", Doc: "How long a superseded segment stays on disk for queries that still read it."},
	{Name: "engine", Kind: Choice, Choices: []string{"duckdb", "clickhouse", "eval"}, Default: "duckdb", Doc: "What runs queries."},
	{Name: "threads", Kind: Whole, Doc: "Threads of the query engine; default the number of processors."},
	{Name: "memory_limit", Kind: Size, Default: "4GB", Doc: "Memory that the query engine may use before it spills to disk."},
	{Name: "row_cap", Kind: Whole, Default: "1000000", Doc: "Rows that the interpreter takes from the engine for what SQL cannot express."},
	{Name: "external_hosts", Kind: Text, Doc: "Hosts that externaldata may ask, with commas between them; *.example.com allows all below. None switches it off."},
	{Name: "external_limit", Kind: Size, Default: "64MB", Doc: "Bytes that one file of externaldata may have."},
	{Name: "watchlists", Kind: Path, Doc: "Folder of watchlists: NAME.csv, whose first line names the columns, is what _GetWatchlist('NAME') gives."},
	{Name: "prices.list", Kind: Number, Default: "0.05", Doc: "Price in dollars of 10,000 listings of a storage account, for what status and metrics estimate. The defaults are for the hot tier with local redundancy in East US; Azure's price page has yours."},
	{Name: "prices.read", Kind: Number, Default: "0.004", Doc: "Likewise of 10,000 reads of blobs."},
	{Name: "prices.other", Kind: Number, Default: "0.004", Doc: "Likewise of 10,000 other operations, of which azflow asks for block lists."},
	{Name: "format", Kind: Choice, Choices: []string{"table", "line", "json", "ndjson", "csv", "tsv", "markdown"}, Doc: "Form of results; default table on a terminal, ndjson when piped."},
}

// Origin says where a value came from.
type Origin struct {
	Kind   string // flag, environment, file, default
	Detail string // the flag, variable or file
}

// String returns the origin as config show prints it.
func (o Origin) String() string {
	if o.Detail == "" {
		return o.Kind
	}
	return o.Kind + " " + o.Detail
}

// Value is a setting with the text it has and where that came from.
type Value struct {
	Setting Setting
	Text    string
	Origin  Origin
}

// Config is every setting's value. It is not changed after Load.
type Config struct {
	values   map[string]Value
	accounts []Account
	// File is the configuration file that was looked for; Found says whether it was there.
	File  string
	Found bool
}

// Sources is where Load looks. A nil Getenv means os.Getenv.
type Sources struct {
	Flags  map[string]string // settings given by flag: name to text
	Getenv func(string) string
	File   string // "" for the default place
}

// Load finds the value of every setting. It fails when the file cannot be read
// as YAML, names a setting that does not exist, or a value does not fit; the
// error says where.
func Load(src Sources) (*Config, error) {
	getenv := src.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	c := &Config{values: map[string]Value{}, File: src.File}
	explicit := c.File != ""
	if c.File == "" {
		if c.File = getenv("AZFLOW_CONFIG"); c.File != "" {
			explicit = true
		} else {
			c.File = defaultFile(getenv)
		}
	}
	file, err := readFile(c.File)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !explicit:
	case err != nil:
		return nil, err
	default:
		c.Found = true
	}
	for _, s := range settings {
		v := Value{Setting: s, Text: s.Default, Origin: Origin{Kind: "default"}}
		if v.Text == "" {
			v.Text = defaultOf(s.Name, getenv)
		}
		if text, ok := file[s.Name]; ok {
			v.Text, v.Origin = text, Origin{"file", c.File}
		}
		if text := getenv(s.Env()); text != "" {
			v.Text, v.Origin = text, Origin{"environment", s.Env()}
		}
		if text, ok := src.Flags[s.Name]; ok {
			v.Text, v.Origin = text, Origin{"flag", "--" + strings.ReplaceAll(s.Name, "_", "-")}
		}
		if err := check(s, v.Text); err != nil {
			return nil, fmt.Errorf("%s (from %s): %w", s.Name, v.Origin, err)
		}
		c.values[s.Name] = v
		delete(file, s.Name)
	}
	if c.accounts, err = accountsOf(file); err != nil {
		return nil, fmt.Errorf("%s: %w", c.File, err)
	}
	for name := range file {
		return nil, fmt.Errorf("%s: no setting is called %q; `azflow config show` lists those there are", c.File, name)
	}
	return c, nil
}

// All returns every value in the order of Settings.
func (c *Config) All() []Value {
	var all []Value
	for _, s := range settings {
		all = append(all, c.values[s.Name])
	}
	return all
}

// Text returns the text of the setting called name, which must exist.
func (c *Config) Text(name string) string {
	v, ok := c.values[name]
	if !ok {
		panic("config: no setting is called " + name)
	}
	return v.Text
}

// Whole returns the setting called name as a number.
func (c *Config) Whole(name string) int {
	n, _ := strconv.Atoi(c.Text(name)) // checked by Load
	return n
}

// Duration returns the setting called name as a duration.
func (c *Config) Duration(name string) time.Duration {
	d, _ := time.ParseDuration(c.Text(name)) // checked by Load
	return d
}

// Size returns the setting called name as a number of bytes.
func (c *Config) Size(name string) int64 {
	n, _ := ParseSize(c.Text(name)) // checked by Load
	return n
}

// Number returns the setting called name as a number.
func (c *Config) Number(name string) float64 {
	f, _ := strconv.ParseFloat(c.Text(name), 64) // checked by Load
	return f
}

func check(s Setting, text string) error {
	switch s.Kind {
	case Whole:
		if n, err := strconv.Atoi(text); err != nil || n < 1 {
			return fmt.Errorf("%q is not a whole number of at least 1", text)
		}
	case Duration:
		if d, err := time.ParseDuration(text); err != nil || d < 0 {
			return fmt.Errorf("%q is not a duration such as 30s, 15m or 24h", text)
		}
	case Number:
		if f, err := strconv.ParseFloat(text, 64); err != nil || !(f >= 0) || math.IsInf(f, 0) {
			return fmt.Errorf("%q is not a number of at least 0", text)
		}
	case Size:
		if _, err := ParseSize(text); err != nil {
			return err
		}
	case Choice:
		if text != "" && !slices.Contains(s.Choices, text) {
			return fmt.Errorf("%q is none of %s", text, strings.Join(s.Choices, ", "))
		}
	case Text, Path:
	}
	return nil
}

// ParseSize reads a number of bytes: 1048576, 512MB, 2GiB.
func ParseSize(text string) (int64, error) {
	t := strings.TrimSpace(strings.ToUpper(text))
	unit := int64(1)
	for _, u := range []struct {
		suffix string
		bytes  int64
	}{{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"TIB", 1 << 40}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}} {
		if rest, ok := strings.CutSuffix(t, u.suffix); ok {
			t, unit = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(t, 64)
	if err != nil || n <= 0 || n*float64(unit) > 1<<62 {
		return 0, fmt.Errorf("%q is not a size such as 512MB or 4GiB", text)
	}
	return int64(n * float64(unit)), nil
}

// readFile returns the settings of a YAML file with nested keys joined by dots.
func readFile(name string) (map[string]string, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	flat := map[string]string{}
	flatten(flat, "", doc)
	return flat, nil
}

func flatten(out map[string]string, prefix string, doc map[string]any) {
	for k, v := range doc {
		if m, ok := v.(map[string]any); ok {
			flatten(out, prefix+k+".", m)
			continue
		}
		out[prefix+k] = fmt.Sprint(v)
	}
}

func defaultFile(getenv func(string) string) string {
	if dir := getenv("XDG_CONFIG_HOME"); dir != "" {
		return filepath.Join(dir, "azflow", "config.yaml")
	}
	if dir, err := os.UserConfigDir(); err == nil {
		return filepath.Join(dir, "azflow", "config.yaml")
	}
	return filepath.Join(".azflow", "config.yaml")
}

func defaultOf(name string, getenv func(string) string) string {
	switch name {
	case "data":
		return filepath.Join(dataHome(getenv), "azflow")
	case "workers", "threads":
		return strconv.Itoa(runtime.NumCPU())
	}
	return ""
}

// dataHome is the user's data directory: XDG's, else the system's custom.
func dataHome(getenv func(string) string) string {
	if dir := getenv("XDG_DATA_HOME"); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "."
	}
	switch runtime.GOOS {
	case "windows":
		if dir := getenv("LOCALAPPDATA"); dir != "" {
			return dir
		}
		return filepath.Join(home, "AppData", "Local")
	case "darwin":
		return filepath.Join(home, "Library", "Application Support")
	}
	return filepath.Join(home, ".local", "share")
}
