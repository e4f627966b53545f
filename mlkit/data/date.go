package data

import (
	"strconv"
	"strings"
	"time"
)

var months = map[string]time.Month{
	"jan": time.January, "feb": time.February, "mar": time.March, "apr": time.April, "may": time.May, "jun": time.June,
	"jul": time.July, "aug": time.August, "sep": time.September, "oct": time.October, "nov": time.November, "dec": time.December,
}

// zones are the hours east of Greenwich of the names that messages use. Other
// names count as Greenwich.
var zones = map[string]int{
	"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "ast": -4, "adt": -3,
	"bst": 1, "met": 1, "cet": 1, "mest": 2, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9,
}

// parseDate reads the date of a message or of a news story, in UTC: a day, a
// month by its name and a year, in the order of RFC 822 or of Unix (Apr 22
// 15:31:49 1993), between spaces, commas or hyphens, with or without the time
// of the day. Words that mean nothing are passed over, as old software wrote
// them; a day or a time that does not exist is not corrected.
func parseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), true
	}
	var day, year, offset int
	var month time.Month
	var clock [3]int
	var nano int
	hasClock, afternoon, morning := false, false, false
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || strings.ContainsRune(",()", r) }) {
		lower := strings.ToLower(word)
		switch {
		case strings.Contains(word, ":"):
			if hasClock {
				return time.Time{}, false
			}
			var ok bool
			if clock, nano, ok = parseClock(word); !ok {
				return time.Time{}, false
			}
			hasClock = true
			continue
		case hasClock && (word[0] == '+' || word[0] == '-'):
			if n, err := strconv.Atoi(word[1:]); err == nil && len(word) == 5 && n/100 <= 14 && n%100 < 60 {
				offset = n/100*3600 + n%100*60
				if word[0] == '-' {
					offset = -offset
				}
			}
			continue
		case lower == "am" || lower == "pm":
			morning, afternoon = lower == "am", lower == "pm"
			continue
		case zones[lower] != 0:
			offset = zones[lower] * 3600
			continue
		}
		for part := range strings.SplitSeq(lower, "-") {
			if part == "" {
				continue
			}
			if n, err := strconv.Atoi(part); err == nil {
				switch {
				case day == 0 && n >= 1 && n <= 31 && len(part) <= 2:
					day = n
				case year == 0 && len(part) == 4:
					year = n
				case year == 0 && len(part) == 2:
					year = 1900 + n
					if n < 70 {
						year += 100
					}
				}
				continue
			}
			if len(part) >= 3 && month == 0 {
				month = months[part[:3]]
			}
		}
	}
	if day == 0 || month == 0 || year == 0 {
		return time.Time{}, false
	}
	switch {
	case (morning || afternoon) && (clock[0] < 1 || clock[0] > 12):
		return time.Time{}, false
	case afternoon && clock[0] < 12:
		clock[0] += 12
	case morning && clock[0] == 12:
		clock[0] = 0
	}
	t := time.Date(year, month, day, clock[0], clock[1], clock[2], nano, time.UTC)
	if t.Day() != day {
		return time.Time{}, false
	}
	return t.Add(-time.Duration(offset) * time.Second), true
}

// parseClock reads hours, minutes and, if they are there, seconds with
// fractions.
func parseClock(s string) (clock [3]int, nano int, ok bool) {
	parts := strings.Split(s, ":")
	if len(parts) > 3 {
		return clock, 0, false
	}
	for i, p := range parts {
		whole, fraction, dotted := strings.Cut(p, ".")
		if dotted && i < 2 {
			return clock, 0, false
		}
		n, err := strconv.ParseUint(whole, 10, 8)
		if err != nil || len(whole) > 2 || n > 59 || i == 0 && n > 23 {
			return clock, 0, false
		}
		clock[i] = int(n)
		if fraction = fraction[:min(len(fraction), 9)]; dotted {
			n, err := strconv.ParseUint(fraction, 10, 32)
			if err != nil {
				return clock, 0, false
			}
			nano = int(n)
			for range 9 - len(fraction) {
				nano *= 10
			}
		}
	}
	return clock, nano, true
}

// parseTime reads the time of a table: RFC 3339, with or without the T, a date,
// Unix seconds, or a date as in a message.
func parseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04", time.DateOnly, "2006/01/02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	// Beyond the year 9999 they cannot be written as RFC 3339.
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil && seconds > 0 && seconds < 253402300800 {
		return time.Unix(seconds, 0).UTC(), true
	}
	return parseDate(s)
}
