package report

import "strings"

// shownCode is a cell's code without its option lines, which are for the tool
// and not for the reader.
func shownCode(code string) string {
	lines := strings.Split(code, "\n")
	for len(lines) > 0 {
		t := strings.TrimSpace(lines[0])
		if t != "" && !strings.HasPrefix(t, "//|") {
			break
		}
		lines = lines[1:]
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n ")
}
