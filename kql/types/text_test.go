package types

import (
	"testing"
	"time"
)

// The forms of MS Learn, "The datetime data type".
func TestParseInstantReadsTheDocumentedForms(t *testing.T) {
	for text, want := range map[string]string{
		"2014":                              "2014-01-01T00:00:00.0000000Z",
		"2014-11":                           "2014-11-01T00:00:00.0000000Z",
		"2014-11-08":                        "2014-11-08T00:00:00.0000000Z",
		"2014-11-08 15:55":                  "2014-11-08T15:55:00.0000000Z",
		"2014-11-08 15:55:55":               "2014-11-08T15:55:55.0000000Z",
		"2014-11-08T15:55:55.9Z":            "2014-11-08T15:55:55.9000000Z",
		"2014-05-25T08:20:03.123456Z":       "2014-05-25T08:20:03.1234560Z",
		"2014-05-25T08:20:03.12345678":      "2014-05-25T08:20:03.1234567Z",
		"2009-06-15T13:45:30.0000000-07:00": "2009-06-15T20:45:30.0000000Z",
		"9999-12-31T23:59:59.9999999Z":      "9999-12-31T23:59:59.9999999Z",
		"0001-01-01":                        "0001-01-01T00:00:00.0000000Z",
		"2016-02-29":                        "2016-02-29T00:00:00.0000000Z",
		"Sat, 8 Nov 14 15:05:02 UTC":        "2014-11-08T15:05:02.0000000Z",
		"8 Nov 14 15:05":                    "2014-11-08T15:05:00.0000000Z",
		"Saturday, 08-Nov-14 15:05:02 UTC":  "2014-11-08T15:05:02.0000000Z",
		"12/02/2022":                        "2022-12-02T00:00:00.0000000Z",
		"1970-5-12":                         "1970-05-12T00:00:00.0000000Z",
		"01-02-2022":                        "2022-01-02T00:00:00.0000000Z",
		"12/02/2022 3:04:05 PM":             "2022-12-02T15:04:05.0000000Z",
	} {
		got, ok := ParseInstant(text)
		if !ok || got.String() != want {
			t.Errorf("ParseInstant(%q) = %v, %v; want %s", text, got, ok, want)
		}
	}
}

func TestParseInstantRefusesWhatIsNoDate(t *testing.T) {
	for _, text := range []string{"", "abc", "13-01-2022", "2014-13-01", "2015-02-29", "2014-1-1x", "0000-01-01", "2014-11-08T25:00", "9999-12-31T23:59:59-05:00", "20141108"} {
		if got, ok := ParseInstant(text); ok {
			t.Errorf("ParseInstant(%q) = %v, want none", text, got)
		}
	}
}

func TestInstantsAgreeWithTheCalendar(t *testing.T) {
	for _, s := range []string{"0001-01-01", "1600-03-01", "1899-12-31", "1970-01-01", "2000-02-29", "2100-03-01", "9999-12-31"} {
		want, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		i, ok := ParseInstant(s)
		if !ok || !i.Time().Equal(want) {
			t.Errorf("ParseInstant(%q).Time() = %v, %v; want %v", s, i.Time(), ok, want)
		}
		if back, ok := InstantOf(want); !ok || back != i {
			t.Errorf("InstantOf(%v) = %d, want %d", want, back, i)
		}
	}
}

func TestParseIntervalReadsWhatItPrints(t *testing.T) {
	for text, want := range map[string]Interval{
		"1.02:03:04":          TicksPerDay + 2*TicksPerHour + 3*TicksPerMinute + 4*TicksPerSecond,
		"-00:00:00.0000001":   -1,
		"00:00:01.5000000":    TicksPerSecond + TicksPerSecond/2,
		"23:59:59":            TicksPerDay - TicksPerSecond,
		"2.00:00:00":          2 * TicksPerDay,
		"00:00:00":            0,
		"-3.04:05:06.7000000": -(3*TicksPerDay + 4*TicksPerHour + 5*TicksPerMinute + 6*TicksPerSecond + 7*TicksPerSecond/10),
	} {
		got, ok := ParseInterval(text)
		if !ok || got != want {
			t.Errorf("ParseInterval(%q) = %d, %v; want %d", text, got, ok, want)
		}
		if s := got.String(); s != text {
			t.Errorf("Interval(%d) prints as %q, want %q", got, s, text)
		}
	}
	for text, want := range map[string]Interval{"3": 3 * TicksPerDay, "01:02": TicksPerHour + 2*TicksPerMinute} {
		if got, ok := ParseInterval(text); !ok || got != want {
			t.Errorf("ParseInterval(%q) = %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "-", "1:2:3:4", "24:00:00", "00:60", "x", "1.5", "+1:00", "99999999.00:00:00"} {
		if got, ok := ParseInterval(text); ok {
			t.Errorf("ParseInterval(%q) = %v, want none", text, got)
		}
	}
}

func TestParseUUIDReadsItsForms(t *testing.T) {
	const want = "74be27de-1e4e-49d9-b579-fe0b331d3642"
	for _, text := range []string{want, "74BE27DE-1E4E-49D9-B579-FE0B331D3642", "{" + want + "}", "74be27de1e4e49d9b579fe0b331d3642"} {
		if u, ok := ParseUUID(text); !ok || u.String() != want {
			t.Errorf("ParseUUID(%q) = %v, %v", text, u, ok)
		}
	}
	for _, text := range []string{"", "74be27de", want + "0", "x" + want[1:]} {
		if u, ok := ParseUUID(text); ok {
			t.Errorf("ParseUUID(%q) = %v, want none", text, u)
		}
	}
}
