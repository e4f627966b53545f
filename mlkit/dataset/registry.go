package dataset

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// described is embedded, so that a program knows what it was built with.
//
//go:embed registry/*.yaml
var described embed.FS

//go:embed members
var members embed.FS

// source is the file that describes a set, and where the lists of members that
// it names are.
type source struct {
	file  string
	lists fs.FS
}

// entry is a set as it stands in a registry file. The yaml package checks that
// there are no other fields.
type entry struct {
	Name      string
	Aliases   []string
	Task      string
	About     string
	Documents countMap
	Labels    int
	Gold      countMap
	Licence   string
	Citation  string
	Page      string
	Format    string
	Folder    string
	Note      string
	Beside    []string
	Archives  []archiveEntry
	Files     []fileEntry
}

type fileEntry struct {
	Path     string
	As       string
	Bytes    int64
	SHA256   string `yaml:"sha256"`
	Original originEntry
}

type archiveEntry struct {
	Name, Address string
	AtMost        int64 `yaml:"at-most"`
	Checksums     `yaml:",inline"`
}

type originEntry struct {
	Origin    `yaml:",inline"`
	Checksums `yaml:",inline"`
}

// countMap is a mapping from names to numbers whose order is kept.
type countMap []Count

func (m *countMap) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: numbers have names, as in {train: 100, test: 50}", n.Line)
	}
	for i := 0; i < len(n.Content); i += 2 {
		c := Count{Name: n.Content[i].Value}
		if err := n.Content[i+1].Decode(&c.N); err != nil || c.N < 0 {
			return fmt.Errorf("line %d: %q is not a number of something", n.Content[i+1].Line, n.Content[i+1].Value)
		}
		*m = append(*m, c)
	}
	return nil
}

// builtIn are the sets that this package describes.
var builtIn = sync.OnceValues(func() ([]Set, error) {
	files, err := fs.Glob(described, "registry/*.yaml")
	if err != nil {
		return nil, err
	}
	lists, err := fs.Sub(members, "members")
	if err != nil {
		return nil, err
	}
	var all []Set
	for _, file := range files {
		b, err := described.ReadFile(file)
		if err != nil {
			return nil, err
		}
		sets, err := parse(b, &source{file, lists})
		if err != nil {
			return nil, err
		}
		all = append(all, sets...)
	}
	return all, unique(all)
})

// known are all sets.
func known(opt Options) ([]Set, error) {
	all, err := builtIn()
	file := opt.registry()
	if err != nil || file == "" {
		return all, err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the registry of data sets cannot be read: %w", err)
	}
	own, err := parse(b, &source{filepath.ToSlash(file), os.DirFS(filepath.Dir(file))})
	if err != nil {
		return nil, err
	}
	all = slices.Concat(all, own)
	return all, unique(all)
}

func unique(all []Set) error {
	seen, folders := map[string]Set{}, map[string]Set{}
	for _, s := range all {
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			if other, ok := seen[name]; ok {
				return fmt.Errorf("%s: the name %q is taken: the data set %s has it", s.from.file, name, other.Name)
			}
			seen[name] = s
		}
		if other, ok := folders[s.Folder]; ok {
			return fmt.Errorf("%s: the data sets %s and %s have the same folder %s", s.from.file, other.Name, s.Name, s.Folder)
		}
		folders[s.Folder] = s
	}
	return nil
}

var lineOf = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)

// parse reads a registry file. Errors name the file and the line.
func parse(b []byte, from *source) ([]Set, error) {
	strict, plain := yaml.NewDecoder(bytes.NewReader(b)), yaml.NewDecoder(bytes.NewReader(b))
	strict.KnownFields(true)
	var all []Set
	for {
		var e entry
		var n yaml.Node
		err := strict.Decode(&e)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = plain.Decode(&n)
		}
		if err != nil {
			text := err.Error()
			var several *yaml.TypeError
			if errors.As(err, &several) && len(several.Errors) > 0 {
				text = several.Errors[0]
			}
			if m := lineOf.FindStringSubmatch(text); m != nil {
				return nil, fmt.Errorf("%s:%s: %s", from.file, m[1], strings.ReplaceAll(m[2], "in type dataset.entry", "of a data set"))
			}
			return nil, fmt.Errorf("%s: %s", from.file, text)
		}
		if len(n.Content) == 0 || n.Content[0].Kind != yaml.MappingNode {
			continue // an empty document
		}
		s, line, err := e.set(n.Content[0])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", from.file, line, err)
		}
		s.from = from
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: it describes no data set", from.file)
	}
	return all, nil
}

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// set checks an entry; the line is where the mistake is.
func (e *entry) set(n *yaml.Node) (s Set, line int, err error) {
	for _, name := range append([]string{e.Name}, e.Aliases...) {
		if !nameForm.MatchString(name) {
			return s, at(n, "name"), fmt.Errorf("the name %q of a data set is not made of small letters, digits, - and _", name)
		}
	}
	s = Set{
		Name: e.Name, Aliases: e.Aliases, Task: e.Task, About: e.About, Documents: e.Documents, Labels: e.Labels, Gold: e.Gold,
		Licence: e.Licence, Citation: e.Citation, Page: e.Page, Format: e.Format, Folder: cmp.Or(e.Folder, e.Name), Note: e.Note, Beside: e.Beside,
	}
	for _, f := range []struct{ name, value string }{{"licence", s.Licence}, {"citation", s.Citation}, {"task", s.Task}} {
		if f.value == "" {
			return s, n.Line, fmt.Errorf("the data set %s has no %s; write \"none stated\" if the source states none", s.Name, f.name)
		}
	}
	if !local(s.Folder) {
		return s, at(n, "folder"), fmt.Errorf("the folder %q is not a path below a root", s.Folder)
	}
	for _, a := range e.Archives {
		switch {
		case !webAddress(a.Address):
			err = fmt.Errorf("the archive %q has no address that begins with http:// or https://", a.Name)
		case a.SHA256 == "":
			err = fmt.Errorf("the archive %q has no sha256", a.Name)
		case a.Bytes <= 0 && a.AtMost <= 0:
			err = fmt.Errorf("the archive %q has neither bytes nor at-most: what is downloaded must have a bound", a.Name)
		default:
			err = a.Checksums.check()
		}
		if err != nil {
			return s, at(n, "archives"), err
		}
		s.Archives = append(s.Archives, Archive(a))
	}
	if len(e.Files) == 0 {
		return s, n.Line, fmt.Errorf("the data set %s has no files", s.Name)
	}
	for i, f := range e.Files {
		file, err := e.file(i)
		if err != nil {
			return s, at(n, "files", i), fmt.Errorf("%s: %w", f.Path, err)
		}
		s.Files = append(s.Files, file)
	}
	return s, 0, nil
}

// file checks the file i of an entry.
func (e *entry) file(i int) (File, error) {
	f := e.Files[i]
	o := f.Original
	file := File{
		Path: f.Path, Form: cmp.Or(f.As, Verbatim), Bytes: f.Bytes, SHA256: f.SHA256,
		Origin: o.Origin, Original: o.Checksums,
	}
	if !local(f.Path) || strings.HasPrefix(path.Base(f.Path), ".") {
		return file, fmt.Errorf("the path %q is not one below the set's folder", f.Path)
	}
	if slices.IndexFunc(e.Files, func(other fileEntry) bool { return other.Path == f.Path }) != i {
		return file, errors.New("the file is listed twice")
	}
	switch file.Form {
	case Verbatim:
	case Gzip, TarGzip:
		if !strings.HasSuffix(f.Path, ".gz") {
			return file, fmt.Errorf("the form is %s, so the name must end in .gz", file.Form)
		}
	default:
		return file, fmt.Errorf("unknown form %q: use one of %s, %s, %s", f.As, Verbatim, Gzip, TarGzip)
	}
	if err := file.Original.check(); err != nil {
		return file, err
	}
	if file.Original.SHA256 == "" && file.Original.MD5 == "" && file.Original.GitBlob == "" {
		return file, errors.New("the original has no checksum; give its sha256")
	}
	if o.Bytes <= 0 {
		return file, errors.New("the original has no bytes: what is downloaded must have a bound")
	}
	switch {
	case o.Archive != "":
		if !slices.ContainsFunc(e.Archives, func(a archiveEntry) bool { return a.Name == o.Archive }) {
			return file, fmt.Errorf("there is no archive %q among the set's archives", o.Archive)
		}
		if (o.Member == "") == (o.Folder == "") || (o.Folder != "") != (file.Form == TarGzip) {
			return file, errors.New("of an archive, either one member is taken, or a folder as tar.gz")
		}
	case !webAddress(o.Address):
		return file, errors.New("the original has no address that begins with http:// or https://")
	case (o.Members != "") != (file.Form == TarGzip):
		return file, errors.New("a tar.gz is made of a folder of an archive, or of a list of members")
	case o.Members != "" && !local(o.Members):
		return file, fmt.Errorf("the list of members %q is not a path beside the registry", o.Members)
	}
	return file, nil
}

// local reports whether a path with forward slashes stays below where it
// starts, on every system.
func local(p string) bool {
	return p != "." && fs.ValidPath(p) && !strings.ContainsAny(p, `\:`)
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// at returns the line of a field of a mapping, or of an element of its list.
func at(n *yaml.Node, field string, index ...int) int {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != field {
			continue
		}
		if v := n.Content[i+1]; len(index) > 0 && index[0] < len(v.Content) {
			return v.Content[index[0]].Line
		}
		return n.Content[i].Line
	}
	return n.Line
}
