package flowlog

import (
	"strings"
	"time"
)

// BlobPath is what the name that Azure gives a flow log's blob tells. MS Learn:
// "Read flow logs" for NSG flow logs and "Manage virtual network flow logs" for
// virtual network flow logs, whose names have two shapes.
type BlobPath struct {
	// ID names the blob wherever a copy of it lies: the path from resourceId=
	// or flowLogResourceID= on, upper-cased, without the ending of a
	// compressed copy. Account and container are no part of it.
	ID       string
	Type     LogType   // VNet or NSG
	Resource string    // what follows resourceId= or flowLogResourceID=, as written
	Hour     time.Time // the hour logged, UTC; records start up to 70 s earlier
	MAC      string    // 12 hexadecimal digits as written; empty before February 2018
}

// ParsePath reads a blob name, or the path or URL of a copy of it. It reports
// whether path is one that Azure gives to flow logs; a trailing .gz or .zst is
// ignored, and backslashes are taken for slashes.
func ParsePath(path string) (BlobPath, bool) {
	path = TrimCompression(strings.ReplaceAll(path, `\`, "/"))
	name, kind := azureName(path)
	if kind == 0 {
		return BlobPath{}, false
	}
	_, resource, _ := strings.Cut(name, "=")
	resource, ok := cutEnd(resource, "/PT1H.json")
	if !ok {
		return BlobPath{}, false
	}
	const macDigits = 12
	mac := ""
	if n := len(resource) - macDigits; n >= 0 && isHex(resource[n:]) {
		if before, ok := cutEnd(resource[:n], "/macAddress="); ok {
			mac, resource = resource[n:], before
		}
	}
	// The time follows the resource, whose shape is left open.
	const layout = "/y=2006/m=01/d=02/h=15/m=04"
	at := len(resource) - len(layout)
	if at < len("/r") || resource[0] != '/' || strings.Contains(resource[:at], "\n") {
		return BlobPath{}, false
	}
	hour, err := time.Parse(layout, strings.ToLower(resource[at:]))
	if err != nil {
		return BlobPath{}, false
	}
	// What is kept of a path is not to keep all of it.
	return BlobPath{ID: strings.ToUpper(name), Type: kind, Resource: resource[:at], Hour: hour, MAC: strings.Clone(mac)}, true
}

// azureName returns the part of path from resourceId= or flowLogResourceID= on,
// and which kind of log it names, 0 if none. The path of a copy can hold several
// names: the last one counts.
func azureName(path string) (string, LogType) {
	for end := strings.LastIndexByte(path, '='); end >= 0; end = strings.LastIndexByte(path[:end], '=') {
		start := strings.LastIndexByte(path[:end], '/') + 1
		switch word := path[start:end]; {
		case strings.EqualFold(word, "resourceId"):
			return path[start:], NSG
		case strings.EqualFold(word, "flowLogResourceID"):
			return path[start:], VNet
		}
	}
	return "", 0
}

// cutEnd cuts end from the end of s, in any case, and reports whether it is there.
func cutEnd(s, end string) (string, bool) {
	n := len(s) - len(end)
	if n < 0 || !strings.EqualFold(s[n:], end) {
		return s, false
	}
	return s[:n], true
}

func isHex(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'f') }) < 0
}

// TrimCompression cuts .gz or .zst from the end of a path, in any case.
func TrimCompression(path string) string {
	for _, ext := range []string{".gz", ".zst"} {
		if before, ok := cutEnd(path, ext); ok && before != "" {
			return before
		}
	}
	return path
}

// FormatMAC returns a MAC address of twelve hexadecimal digits, bare or in
// pairs separated by hyphens or colons, in the form 00-0D-3A-F8-78-56, and any
// other text unchanged.
func FormatMAC(s string) string {
	step := 2
	if len(s) == 17 {
		step = 3
		for i := 2; i < len(s); i += 3 {
			if s[i] != '-' && s[i] != ':' {
				return s
			}
		}
	} else if len(s) != 12 {
		return s
	}
	var b [17]byte
	for pair := range 6 {
		for k := range 2 {
			c := s[pair*step+k]
			switch {
			case c >= '0' && c <= '9', c >= 'A' && c <= 'F':
			case c >= 'a' && c <= 'f':
				c -= 'a' - 'A'
			default:
				return s
			}
			b[pair*3+k] = c
		}
		if pair < 5 {
			b[pair*3+2] = '-'
		}
	}
	return string(b[:])
}
