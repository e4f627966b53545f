package data

import (
	"errors"
	"path"
	"slices"
	"strings"
)

// inspec reads abstracts with their keyphrases: NAME.abstr, NAME.uncontr and
// NAME.contr.
func (r *reader) inspec(root, split string, files []treeFile) error {
	gold, err := r.opt.gold("uncontrolled", "controlled", "both")
	if err != nil {
		return err
	}
	keys := map[string][]string{"uncontrolled": {".uncontr"}, "controlled": {".contr"}, "both": {".uncontr", ".contr"}}[gold]
	r.fromFolder, r.noLabels = true, true
	content := contents(files)
	return r.eachFile(root, split, files, ".abstr", func(f treeFile, d Document, at place) error {
		text, err := r.decode(f.text, at)
		if err != nil {
			return r.malformed(at, err)
		}
		lines := joinedLines(text)
		d.Title = lines[0]
		d.Text = strings.Join(lines, "\n")
		if d.Text == "" {
			return r.malformed(at, errors.New("the abstract is empty"))
		}
		for _, ext := range keys {
			name := strings.TrimSuffix(f.path, ".abstr") + ext
			list, ok := content[name]
			if !ok {
				return r.malformed(at, errors.New("there is no "+path.Base(name)+" with its keyphrases beside it"))
			}
			if list, err = r.decode(list, place{file: path.Join(root, name)}); err != nil {
				return r.malformed(at, err)
			}
			for _, p := range phraseList(strings.Join(joinedLines(list), " ")) {
				if gold != "both" || !slices.Contains(d.Keyphrases, p) {
					d.Keyphrases = append(d.Keyphrases, p)
				}
			}
		}
		return r.add(d, at)
	})
}

// joinedLines returns the lines of a text, with those that begin with a TAB
// joined to the line before. The first is the title of an abstract.
func joinedLines(text string) []string {
	var lines []string
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		if b.Len() > 0 {
			if !strings.HasPrefix(line, "\t") {
				lines = append(lines, b.String())
				b.Reset()
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteString(strings.TrimSpace(line))
	}
	return append(lines, b.String())
}
