// Package dataset knows public data sets by name: where each comes from, under
// which licence, how it is to be cited, and the checksums of its files. It finds
// them in a folder of the user's (a mirror), or where they were downloaded to.
//
// It does not read documents; data.Open does, and takes the names. It does not
// download them either: the command does, so that no cell reaches for the network
// and no compiled notebook carries what that takes. A folder that it hands out
// has had every file compared with its checksum.
package dataset

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"viva/internal/nearest"
	"viva/mlkit/view"
)

// Variables of the environment that stand in for options that are not given.
const (
	// MirrorVariable names a folder that holds data sets already.
	MirrorVariable = "VIVA_MIRROR"
	// FolderVariable names the folder to which data sets are downloaded.
	FolderVariable = "VIVA_DOWNLOADS"
	// RegistryVariable names a file that describes data sets of one's own.
	RegistryVariable = "VIVA_REGISTRY"
)

// Errors that are wrapped, for errors.Is.
var (
	// ErrUnknown says that no data set has the name.
	ErrUnknown = errors.New("no data set has this name")
	// ErrAbsent says that a data set is neither in the mirror nor downloaded.
	ErrAbsent = errors.New("the data set is not on this machine")
	// ErrDamaged says that a file is not the one whose checksum is known.
	ErrDamaged = errors.New("the file is not the one that the registry describes")
)

// Options say where data sets are. The zero value asks the environment.
type Options struct {
	// Mirror is a folder with data sets, laid out as a folder of downloads is.
	// Its files are used in place and never written. "" is $VIVA_MIRROR, and no
	// mirror where that is empty too.
	Mirror string
	// Folder is where downloads are kept. "" is $VIVA_DOWNLOADS, else viva/data
	// in the user's cache folder.
	Folder string
	// Registry is a YAML file that describes more data sets, in the form of
	// those in the folder registry of this package, with a line of --- between
	// two sets. "" is $VIVA_REGISTRY, and no such file where that is empty too.
	Registry string
}

func (o Options) mirror() string   { return given(o.Mirror, MirrorVariable) }
func (o Options) registry() string { return given(o.Registry, RegistryVariable) }

func given(option, variable string) string {
	if option != "" {
		return option
	}
	return os.Getenv(variable)
}

// folder returns where downloads are kept.
func (o Options) folder() (string, error) {
	if dir := given(o.Folder, FolderVariable); dir != "" {
		return dir, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no folder for downloads: %w; name one with the variable %s", err, FolderVariable)
	}
	return filepath.Join(cache, "viva", "data"), nil
}

// Set describes a data set.
type Set struct {
	// Name is what data.Open and the command take: small letters, digits, "-"
	// and "_". Aliases are other names for it.
	Name    string
	Aliases []string
	// Task is what the set is used for, such as "text classification".
	Task string
	// About says in a sentence what the documents are.
	About string
	// Documents are the numbers of documents by split, in the order train,
	// validation, test, others.
	Documents []Count
	// Labels is the number of classes; 0 where there are none.
	Labels int
	// Gold are numbers of other things to be predicted, such as keyphrases.
	Gold []Count
	// Licence is what the source says about it, and Citation the paper.
	Licence, Citation string
	// Page is the address at which a person finds the source.
	Page string
	// Format is the data.Options.Format that reads the folder; "" lets data.Open
	// recognise it.
	Format string
	// Folder is where the files lie below a mirror or the folder of downloads,
	// with forward slashes.
	Folder string
	Files  []File
	// Beside are names of files that may lie in the folder of a mirror and are
	// no data, such as lists of what is in an archive.
	Beside []string
	// Archives are those that files are taken out of.
	Archives []Archive
	// Note is what else one must know.
	Note string

	from *source
}

// Count is a number of something.
type Count struct {
	Name string
	N    int
}

// File is one file of a data set.
type File struct {
	// Path is relative to the set's folder, with forward slashes.
	Path string
	// Form says how the file was made of its original: Verbatim, Gzip or TarGzip.
	Form string
	// Bytes and SHA256 are those of the file in mirrors; 0 and "" where only the
	// original is known. A file with another compression of the same original
	// is as good.
	Bytes  int64
	SHA256 string
	// Origin is where the original comes from.
	Origin Origin
	// Original are size and checksums of the original; for TarGzip those of the
	// tar without its compression.
	Original Checksums
}

// Origin says where the original of a file comes from: from an address; or it
// is the member of an archive, or all that is in a folder of one; or it is a
// number of files below an address, which a list names.
type Origin struct {
	Address string
	// Archive is the name of one of the set's archives, of which either Member
	// or Folder is taken.
	Archive, Member, Folder string
	// Members is the path of the list; see Set.Members.
	Members string
}

// Archive is a tar, compressed or not, that is downloaded whole, and of which
// only members are kept.
type Archive struct {
	Name, Address string
	// AtMost is the most that is downloaded where the size is not known.
	AtMost int64
	Checksums
}

// Forms of files.
const (
	// Verbatim is the original itself.
	Verbatim = "verbatim"
	// Gzip is the original, compressed.
	Gzip = "gzip"
	// TarGzip are the files of a folder, in the order of their names and without
	// times and owners, as a compressed tar.
	TarGzip = "tar.gz"
)

// Len returns the number of documents.
func (s Set) Len() int {
	n := 0
	for _, c := range s.Documents {
		n += c.N
	}
	return n
}

// Bytes returns the size of the originals, which is at most what is downloaded.
func (s Set) Bytes() int64 {
	var n int64
	for _, f := range s.Files {
		n += f.Original.Bytes
	}
	return n
}

func (s Set) clone() Set {
	s.Aliases, s.Beside = slices.Clone(s.Aliases), slices.Clone(s.Beside)
	s.Documents, s.Gold = slices.Clone(s.Documents), slices.Clone(s.Gold)
	s.Files, s.Archives = slices.Clone(s.Files), slices.Clone(s.Archives)
	return s
}

// counts says how many there are of each, as "train 5,485, test 2,189".
func counts(all []Count) string {
	var parts []string
	for _, c := range all {
		parts = append(parts, c.Name+" "+view.FormatUnit(float64(c.N), "count"))
	}
	return strings.Join(parts, ", ")
}

// Table returns what is known of the set, a line for each property.
func (s Set) Table() *view.Table {
	t := view.NewTable("Data set "+s.Name, "property", "value")
	row := func(name, value string) {
		if value != "" && value != "0" {
			t.Add(name, value)
		}
	}
	row("what it is", s.About)
	row("task", s.Task)
	row("documents", counts(s.Documents))
	row("labels", fmt.Sprint(s.Labels))
	row("gold", strings.ReplaceAll(counts(s.Gold), ", ", "; "))
	row("licence", s.Licence)
	row("citation", s.Citation)
	row("source", s.Page)
	row("note", s.Note)
	return t
}

// View shows Table.
func (s Set) View() []view.Item { return s.Table().View() }

// List returns the data sets that are known, those of the registry file last.
func List(opt Options) ([]Set, error) {
	all, err := known(opt)
	if err != nil {
		return nil, err
	}
	list := make([]Set, len(all))
	for i, s := range all {
		list[i] = s.clone()
	}
	return list, nil
}

// Lookup returns the data set with a name or an alias; letters may be large.
// The error for other names wraps ErrUnknown and suggests the nearest.
func Lookup(name string, opt Options) (Set, error) {
	find := func(all []Set) (Set, bool) {
		for _, s := range all {
			if s.has(strings.ToLower(name)) {
				return s.clone(), true
			}
		}
		return Set{}, false
	}
	own, err := builtIn()
	if err != nil {
		return Set{}, err
	}
	if s, ok := find(own); ok {
		return s, nil // a mistake in the user's file does not concern it
	}
	all, err := known(opt)
	if err != nil {
		return Set{}, err
	}
	if s, ok := find(all); ok {
		return s, nil
	}
	return Set{}, &unknownError{name, nearest.Name(strings.ToLower(name), names(all))}
}

// unknownError is ErrUnknown with a suggestion.
type unknownError struct{ name, near string }

func (e *unknownError) Error() string {
	if e.near != "" {
		return fmt.Sprintf("no data set has the name %q; did you mean %q?", e.name, e.near)
	}
	return fmt.Sprintf("no data set has the name %q; run data list shows those that there are", e.name)
}

func (e *unknownError) Is(target error) bool { return target == ErrUnknown }

// Nearest returns the name of the data set that a person most likely meant, or
// "" if none is near.
func Nearest(name string, opt Options) string {
	all, err := known(opt)
	if err != nil {
		return ""
	}
	return nearest.Name(strings.ToLower(name), names(all))
}

func (s Set) has(name string) bool { return s.Name == name || slices.Contains(s.Aliases, name) }

func names(all []Set) []string {
	var list []string
	for _, s := range all {
		list = append(append(list, s.Name), s.Aliases...)
	}
	return list
}

// below returns the path of a file of the set below a root.
func (s Set) below(root string, f File) string {
	return filepath.Join(root, filepath.FromSlash(path.Join(s.Folder, f.Path)))
}
