// Package readme keeps a section of a Markdown file, such as a project's
// README.md, up to date with what notebooks measured. The section stands between
// two markers, which people put where they want it; the rest of the file is never
// touched.
//
//	<!-- viva: training -->
//	… what Write puts there …
//	<!-- /viva: training -->
package readme

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"viva/internal/atomicfile"
	"viva/mlkit/trace"
	"viva/mlkit/view"
)

// Update is what was done to a file.
type Update struct {
	// Path is the file, Section the section's name.
	Path, Section string
	// Found says that the file has the section's markers, Changed that what
	// stands between them was replaced by something else.
	Found, Changed bool
	// Reason says why nothing was written, "" if the section is up to date now.
	Reason string
}

// Markers returns the lines between which a section stands.
func Markers(section string) (begin, end string) {
	return "<!-- viva: " + section + " -->", "<!-- /viva: " + section + " -->"
}

// Write replaces what stands between the markers of a section in a Markdown file by
// text. A file that is missing, or has no such markers, is left alone, and the
// result says so: not every project wants the section. It is an error if the
// markers are there but not once each and in order, or if the text has the end
// marker in it, for then nobody could say where the section ends. The file is
// replaced whole or not at all.
func Write(ctx context.Context, path, section, text string) (*Update, error) {
	u := &Update{Path: filepath.ToSlash(path), Section: section}
	if section == "" || strings.ContainsAny(section, "<>\n") || strings.Contains(section, "--") {
		return nil, fmt.Errorf("readme: %q cannot be the name of a section: use a few words, without < > and --", section)
	}
	begin, end := Markers(section)
	if strings.Contains(text, begin) || strings.Contains(text, end) {
		return nil, fmt.Errorf("readme: the text for the section %s has one of its markers in it", section)
	}
	b, err := trace.ReadFile(ctx, path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		u.Reason = "there is no such file"
		return u, nil
	case err != nil:
		return nil, fmt.Errorf("readme: %w", err)
	}
	source := string(b)
	switch begins, ends := strings.Count(source, begin), strings.Count(source, end); {
	case begins == 0 && ends == 0:
		u.Reason = fmt.Sprintf("it has no such section; put the lines %s and %s where it should stand", begin, end)
		return u, nil
	case begins != 1 || ends != 1:
		return nil, fmt.Errorf("readme: %s has the marker %s %s and %s %s: the section needs each once", u.Path, begin, times(begins), end, times(ends))
	}
	u.Found = true
	from, to := strings.Index(source, begin)+len(begin), strings.Index(source, end)
	if to < from {
		return nil, fmt.Errorf("readme: in %s the marker %s stands before %s: exchange them", u.Path, end, begin)
	}
	newline := "\n"
	if strings.Contains(source, "\r\n") {
		newline = "\r\n"
	}
	body := newline + strings.ReplaceAll(strings.ReplaceAll(strings.Trim(text, "\r\n"), "\r\n", "\n"), "\n", newline) + newline
	if source[from:to] == body {
		return u, nil
	}
	u.Changed = true
	if err := atomicfile.Write(path, []byte(source[:from]+body+source[to:])); err != nil {
		return nil, fmt.Errorf("readme: %w", err)
	}
	return u, nil
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// View implements view.Viewer. It does not tell whether the file was changed, so
// that a run that finds it up to date shows the same.
func (u *Update) View() []view.Item {
	text := fmt.Sprintf("The section “%s” of %s is up to date.", u.Section, u.Path)
	if u.Reason != "" {
		text = fmt.Sprintf("The section “%s” of %s was not written: %s.", u.Section, u.Path, u.Reason)
	}
	return view.Note{Text: text}.View()
}
