package flowlog

import (
	"regexp"
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

// azurePath matches all shapes of the name. The time follows the resource,
// whose shape is left open.
var azurePath = regexp.MustCompile(`(?i)^(resourceId|flowLogResourceID)=(/.+?)/y=(\d{4}/m=\d{2}/d=\d{2}/h=\d{2}/m=\d{2})(?:/macAddress=([0-9a-f]{12}))?/PT1H\.json$`)

// azureStart matches where the name begins.
var azureStart = regexp.MustCompile(`(?i)(?:^|/)(?:resourceId|flowLogResourceID)=`)

// ParsePath reads a blob name, or the path or URL of a copy of it. It reports
// whether path is one that Azure gives to flow logs; a trailing .gz or .zst is
// ignored, and backslashes are taken for slashes.
func ParsePath(path string) (BlobPath, bool) {
	path = TrimCompression(strings.ReplaceAll(path, `\`, "/"))
	// The path of a copy can hold several names: the last one counts.
	starts := azureStart.FindAllStringIndex(path, -1)
	if starts == nil {
		return BlobPath{}, false
	}
	path = strings.TrimPrefix(path[starts[len(starts)-1][0]:], "/")
	m := azurePath.FindStringSubmatch(path)
	if m == nil {
		return BlobPath{}, false
	}
	hour, err := time.Parse("2006/m=01/d=02/h=15/m=04", strings.ToLower(m[3]))
	if err != nil {
		return BlobPath{}, false
	}
	// What is kept of a path is not to keep all of it.
	p := BlobPath{ID: strings.ToUpper(m[0]), Type: NSG, Resource: m[2], Hour: hour, MAC: strings.Clone(m[4])}
	if strings.EqualFold(m[1], "flowLogResourceID") {
		p.Type = VNet
	}
	return p, true
}

// TrimCompression cuts .gz or .zst from the end of a path, in any case.
func TrimCompression(path string) string {
	for _, ext := range []string{".gz", ".zst"} {
		if n := len(path) - len(ext); n > 0 && strings.EqualFold(path[n:], ext) {
			return path[:n]
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
