package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

//go:embed testdata/21-cells.md
var cells21 []byte

// subject is a notebook that is edited while it is watched.
type subject struct {
	name string
	// files are the notebooks of the folder, by their names; that of the name
	// is edited.
	files map[string][]byte
	args  []string
	// store is where results are kept.
	store string
	// places are those of the edits, by their kinds; cell is the label of the
	// cell with the last plot.
	places map[string]place
	cell   string
}

// place is a text that occurs once in a notebook, and what it becomes: the
// verb in it stands for a word that is new in every save.
type place struct{ old, new string }

// text is the notebook with a word at each place.
func (s subject) text(words map[string]string) []byte {
	b := s.files[s.name+".md"]
	for kind, p := range s.places {
		b = bytes.Replace(b, []byte(p.old), fmt.Appendf(nil, p.new, words[kind]), 1)
	}
	return b
}

// lay writes the notebooks into a folder, which becomes a repository where there
// is git: people's are, and every run asks for the commit.
func (s subject) lay(folder string) error {
	for _, p := range s.places {
		if n := bytes.Count(s.files[s.name+".md"], []byte(p.old)); n != 1 {
			return fmt.Errorf("%s.md has %d times %q: the benchmark edits it where it stands once", s.name, n, p.old)
		}
	}
	if err := os.MkdirAll(filepath.Join(folder, "notebooks"), 0o777); err != nil {
		return err
	}
	for name, b := range s.files {
		if err := os.WriteFile(filepath.Join(folder, "notebooks", name), b, 0o666); err != nil {
			return err
		}
	}
	if err := os.WriteFile(s.path(folder), s.text(nil), 0o666); err != nil {
		return err
	}
	if _, err := exec.LookPath("git"); err != nil {
		return nil
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "notebooks"}, {"-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-q", "-m", "Notebooks"}} {
		git := exec.Command("git", args...)
		git.Dir = folder
		if out, err := git.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w\n%s", args[0], err, out)
		}
	}
	return nil
}

func (s subject) path(folder string) string { return filepath.Join(folder, "notebooks", s.name+".md") }

// small is the notebook of 21 cells, whose twin for knitr is the peer.
func small(store string) subject {
	return subject{
		name: "21-cells", files: map[string][]byte{"21-cells.md": cells21}, store: store, cell: "plot",
		places: map[string]place{
			"prose": {"Some prose 10 explaining.", "Some prose 10 explaining. %s"},
			"plot":  {"chart.ScatterOptions{", "chart.ScatterOptions{Title: %q, "},
			"code":  {"x10 := 0\n", "x10 := 0 * len(%q)\n"},
		},
	}
}

// classifier is the notebook that trains the text classifier, with the one that
// it requires, on a corpus; empty for the sample. The edit of its code has the
// final model tested, explained and kept again.
func classifier(store, corpus string) (subject, error) {
	s := subject{
		name: "03-classifier", files: map[string][]byte{}, store: store, cell: "fig-confusion",
		places: map[string]place{
			"prose": {"The classifier is the same throughout:", "The classifier %s is the same throughout:"},
			"plot":  {"chart.ConfusionOptions{}", "chart.ConfusionOptions{Title: %q}"},
			"code":  {"final.TopFeatures(8)", "final.TopFeatures(8 + 0*len(%q))"},
		},
	}
	for _, name := range []string{"01-verify.md", "03-classifier.md"} {
		b, err := os.ReadFile(filepath.Join("notebooks", name))
		if err != nil {
			return s, err
		}
		s.files[name] = b
	}
	if corpus != "" {
		corpus, err := filepath.Abs(corpus)
		if err != nil {
			return s, err
		}
		if _, err := os.Stat(corpus); err != nil {
			return s, err
		}
		s.args = []string{"-p", "data=" + corpus}
	}
	return s, nil
}

// editor saves a notebook, as a person does.
type editor struct {
	subject
	folder string
	// run makes words that no earlier benchmark used; words are those that the
	// notebook has now.
	run   string
	saves int
	words map[string]string
}

func newEditor(s subject, folder string) *editor {
	return &editor{subject: s, folder: folder, run: strconv.FormatInt(time.Now().Unix(), 36), words: map[string]string{}}
}

// next puts a new word into the place of a kind.
func (e *editor) next(kind string) string {
	e.saves++
	e.words[kind] = fmt.Sprintf("w%sn%04d", e.run, e.saves)
	return e.words[kind]
}

// write saves the notebook, after each two saves in the other way.
func (e *editor) write() error {
	return writeAsEditor(e.path(e.folder), e.text(e.words), e.saves/2%2 == 0)
}

// writeAsEditor writes a file as editors do: some empty it and write it anew,
// others write another one and rename it.
func writeAsEditor(path string, content []byte, rename bool) error {
	if !rename {
		return os.WriteFile(path, content, 0o666)
	}
	other := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"~")
	if err := os.WriteFile(other, content, 0o666); err != nil {
		return err
	}
	return os.Rename(other, path)
}
