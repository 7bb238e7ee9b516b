package fn

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// bagOf makes a bag of keys and values in turn.
func bagOf(kv ...types.Value) *types.Bag {
	b := types.NewBag(len(kv) / 2)
	for i := 0; i+1 < len(kv); i += 2 {
		b.Set(kv[i].(string), kv[i+1])
	}
	return b
}

// parseCSV reads the first record of s.
func parseCSV(s string) (types.Value, bool) {
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	record, err := r.Read()
	if err != nil {
		return []types.Value{""}, errors.Is(err, io.EOF)
	}
	return stringArray(record), true
}

// parseURL takes a URL apart: scheme://user:password@host:port/path?query#fragment.
func parseURL(s string) types.Value {
	rest, fragment, _ := strings.Cut(s, "#")
	rest, query, _ := strings.Cut(rest, "?")
	scheme, rest, found := strings.Cut(rest, "://")
	if !found {
		if scheme, rest, found = strings.Cut(scheme, ":"); !found {
			scheme, rest = "", scheme
		}
	}
	var host, port, path, user, password string
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		rest, path = rest[:i], rest[i:]
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		user, password, _ = strings.Cut(rest[:i], ":")
		rest = rest[i+1:]
	}
	host = rest
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		host, port = rest[:i], rest[i+1:]
	}
	return bagOf("Scheme", scheme, "Host", host, "Port", port, "Path", path, "Username", user, "Password", password,
		"Query Parameters", queryParameters(query), "Fragment", fragment)
}

func queryParameters(s string) *types.Bag {
	b := types.NewBag(4)
	for _, p := range strings.Split(s, "&") {
		k, v, _ := strings.Cut(p, "=")
		if k != "" {
			b.Set(urlDecode(k), urlDecode(v))
		}
	}
	return b
}

func parseURLQuery(s string) types.Value {
	return bagOf("Query Parameters", queryParameters(strings.TrimPrefix(s, "?")))
}

// parsePath takes a Windows, UNC or POSIX path or a file URL apart.
func parsePath(s string) types.Value {
	if s == "" {
		return nil
	}
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		scheme, rest = "", s
	}
	root := ""
	if len(rest) > 1 && rest[1] == ':' && isASCII(rest[:1]) && isTermRune(rune(rest[0])) {
		root = rest[:2]
	}
	dir, file := "", rest
	if i := strings.LastIndexAny(rest, `/\`); i >= 0 {
		dir, file = rest[:i], rest[i+1:]
	} else if root != "" {
		dir, file = root, rest[2:]
	}
	stream := ""
	if i := strings.IndexByte(file, ':'); i >= 0 {
		file, stream = file[:i], file[i+1:]
	}
	name := dir
	if i := strings.LastIndexAny(dir, `/\`); i >= 0 {
		name = dir[i+1:]
	}
	ext := ""
	if i := strings.LastIndexByte(file, '.'); i >= 0 {
		ext = file[i+1:]
	}
	return bagOf("Scheme", scheme, "RootPath", root, "DirectoryPath", dir, "DirectoryName", name, "Filename", file,
		"Extension", ext, "AlternateDataStreamName", stream)
}

// parseVersion reads up to four numbers, of eight digits each, into one decimal.
func parseVersion(s string) (types.DecimalValue, bool) {
	parts := strings.Split(strings.TrimSpace(s), ".")
	if len(parts) > 4 {
		return types.DecimalValue{}, false
	}
	total, base := types.NewDecimal(0), types.NewDecimal(100000000)
	for i := range 4 {
		n := uint64(0)
		if i < len(parts) {
			var err error
			if n, err = strconv.ParseUint(parts[i], 10, 64); err != nil || n > 99999999 {
				return types.DecimalValue{}, false
			}
		}
		scaled, ok1 := total.Mul(base)
		sum, ok2 := scaled.Add(types.NewDecimal(int64(n)))
		if !ok1 || !ok2 {
			return types.DecimalValue{}, false
		}
		total = sum
	}
	return total, true
}

// parseCommandLine splits as Windows programs do: quotes group, and backslashes
// before a quote count.
// Microsoft Learn: "Parsing C command-line arguments".
func parseCommandLine(s, parser string) (types.Value, bool) {
	if !strings.EqualFold(parser, "windows") {
		return nil, false
	}
	list := []types.Value{}
	var b strings.Builder
	quoted, open := false, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			n := 0
			for i < len(s) && s[i] == '\\' {
				n++
				i++
			}
			if i < len(s) && s[i] == '"' {
				b.WriteString(strings.Repeat(`\`, n/2))
				if n%2 == 1 {
					b.WriteByte('"')
				} else {
					i--
				}
			} else {
				b.WriteString(strings.Repeat(`\`, n))
				i--
			}
			open = true
		case c == '"':
			if quoted && i+1 < len(s) && s[i+1] == '"' {
				b.WriteByte('"')
				i++
			} else {
				quoted = !quoted
			}
			open = true
		case (c == ' ' || c == '\t') && !quoted:
			if open {
				list = append(list, b.String())
				b.Reset()
				open = false
			}
		default:
			b.WriteByte(c)
			open = true
		}
	}
	if open {
		list = append(list, b.String())
	}
	return list, true
}

// parseXML reads XML as Kusto does: an element without attributes and children
// is its text, else a bag; attributes are keys with @ before them, text beside
// them is #text, and elements of one name make an array.
// MS Learn: "parse_xml()".
func parseXML(s string) (types.Value, bool) {
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		tok, err := d.Token()
		if err != nil {
			return nil, false
		}
		if start, ok := tok.(xml.StartElement); ok {
			v, err := xmlElement(d, start, 0)
			if err != nil {
				return nil, false
			}
			return bagOf(start.Name.Local, v), true
		}
	}
}

func xmlElement(d *xml.Decoder, start xml.StartElement, depth int) (types.Value, error) {
	if depth > 256 {
		return nil, errors.New("parse_xml: elements nest too deep")
	}
	b := types.NewBag(4)
	for _, a := range start.Attr {
		b.Set("@"+a.Name.Local, a.Value)
	}
	var text strings.Builder
	lists := map[string][]types.Value{}
	for {
		tok, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			v, err := xmlElement(d, t, depth+1)
			if err != nil {
				return nil, err
			}
			name := t.Name.Local
			lists[name] = append(lists[name], v)
			if all := lists[name]; len(all) == 1 {
				b.Set(name, v)
			} else {
				b.Set(name, append([]types.Value(nil), all...))
			}
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			body := strings.TrimSpace(text.String())
			if b.Len() == 0 {
				if body == "" {
					return nil, nil
				}
				return body, nil
			}
			if body != "" {
				b.Set("#text", body)
			}
			return b, nil
		}
	}
}

// parseUserAgent tells the browser, operating system and device of the
// commonest user agents.
func parseUserAgent(s string, want []string) types.Value {
	out := types.NewBag(3)
	for _, w := range want {
		switch strings.ToLower(w) {
		case "browser":
			family, version := agentFamily(s, []agentRule{
				{"Edg/", "Edge"},
				{"Edge/", "Edge"},
				{"OPR/", "Opera"},
				{"SamsungBrowser/", "Samsung Internet"},
				{"Firefox/", "Firefox"},
				{"CriOS/", "Chrome Mobile iOS"},
				{"Chrome/", "Chrome"},
				{"MSIE ", "IE"},
				{"Version/", "Safari"},
				{"curl/", "curl"},
			})
			out.Set("Browser", versionBag(family, version, "MajorVersion", "MinorVersion", "Patch"))
		case "os":
			family, version := agentFamily(s, []agentRule{
				{"Windows NT ", "Windows"}, {"Android ", "Android"}, {"iPhone OS ", "iOS"}, {"CPU OS ", "iOS"}, {"Mac OS X ", "Mac OS X"}, {"Linux", "Linux"},
			})
			out.Set("OperatingSystem", versionBag(family, version, "MajorVersion", "MinorVersion", "Patch", "PatchMinor"))
		case "device":
			family, brand := "Other", ""
			for _, d := range [][2]string{{"iPhone", "Apple"}, {"iPad", "Apple"}, {"Macintosh", "Apple"}} {
				if strings.Contains(s, d[0]) {
					family, brand = d[0], d[1]
					break
				}
			}
			out.Set("Device", bagOf("Family", family, "Brand", brand, "Model", ""))
		}
	}
	return out
}

type agentRule struct{ mark, family string }

func agentFamily(s string, rules []agentRule) (family, version string) {
	for _, r := range rules {
		if _, rest, ok := strings.Cut(s, r.mark); ok {
			end := 0
			for end < len(rest) && (rest[end] >= '0' && rest[end] <= '9' || rest[end] == '.' || rest[end] == '_') {
				end++
			}
			return r.family, strings.ReplaceAll(rest[:end], "_", ".")
		}
	}
	return "Other", ""
}

func versionBag(family, version string, parts ...string) *types.Bag {
	b := bagOf("Family", family)
	numbers := strings.Split(version, ".")
	for i, p := range parts {
		if i < len(numbers) {
			b.Set(p, numbers[i])
		} else {
			b.Set(p, "")
		}
	}
	return b
}

var userAgentKernel = lax(func(r *row) types.Value {
	want := []string{"browser", "os", "device"}
	if r.has(1) {
		want = want[:0]
		for _, e := range elements(r.args[1], types.Dynamic) {
			want = append(want, types.Text(e, types.Dynamic))
		}
	}
	return parseUserAgent(r.text(0), want)
}, types.String, types.Unknown)

// jsonPath reads a path such as $.a.b[0]['c'] into keys and indexes.
func jsonPath(s string) ([]types.Value, bool) {
	s, ok := strings.CutPrefix(strings.TrimSpace(s), "$")
	if !ok {
		return nil, false
	}
	var path []types.Value
	for s != "" {
		switch s[0] {
		case '.':
			end := strings.IndexAny(s[1:], ".[")
			if end < 0 {
				end = len(s) - 1
			}
			if end == 0 {
				if s = s[1:]; s == "" || s[0] != '[' {
					return nil, false
				}
				continue
			}
			path = append(path, s[1:1+end])
			s = s[1+end:]
		case '[':
			end := strings.IndexByte(s, ']')
			if end < 0 {
				return nil, false
			}
			key := strings.TrimSpace(s[1:end])
			if n := len(key); n > 1 && (key[0] == '\'' || key[0] == '"') && key[n-1] == key[0] {
				path = append(path, key[1:n-1])
			} else if i, err := strconv.ParseInt(key, 10, 64); err == nil {
				path = append(path, i)
			} else {
				return nil, false
			}
			s = s[end+1:]
		default:
			return nil, false
		}
	}
	return path, true
}

// follow returns what a path leads to; nil where it leads nowhere.
func follow(v types.Value, path []types.Value) types.Value {
	for _, p := range path {
		switch k := p.(type) {
		case string:
			v = Member(v, k)
		case int64:
			v = Element(v, k)
		}
	}
	return v
}

var extractJSONKernel = lax(func(r *row) types.Value {
	t := r.typeArg(2)
	path, ok := jsonPath(r.text(0))
	v, okV := types.ParseJSON(r.text(1))
	if !ok || !okV {
		return Cast(nil, types.Dynamic, t)
	}
	if v = follow(v, path); t == types.Dynamic {
		return v
	}
	return Cast(v, types.Dynamic, t)
}, types.String, types.String, types.String)
