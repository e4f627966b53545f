package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"viva/mlkit/trace"
)

// State says where a data set is.
type State string

// States of data sets.
const (
	InMirror State = "mirror"
	Pulled   State = "pulled"
	Absent   State = "absent"
	// Incomplete means that files are missing, Damaged that files are not those
	// that the registry describes.
	Incomplete State = "incomplete"
	Damaged    State = "damaged"
)

// Result is what was found of a file.
type Result struct {
	// Path is where the file is, or should be.
	Path string
	// Err is nil for a file that is as it should be. It wraps fs.ErrNotExist if
	// the file is missing, and ErrDamaged if it is another one.
	Err error
}

// roots are where a set may be, in the order in which they are tried.
func (o Options) roots() ([]root, error) {
	var all []root
	if dir := o.mirror(); dir != "" {
		all = append(all, root{dir, InMirror})
	}
	dir, err := o.folder()
	if err != nil && len(all) > 0 {
		return all, nil
	}
	return append(all, root{dir, Pulled}), err
}

type root struct {
	dir   string
	state State
}

// results compares all files of a set below a root. The state is that of the
// root if all are good.
func (v *verified) results(ctx context.Context, s Set, r root, anew bool) ([]Result, State, error) {
	list := make([]Result, len(s.Files))
	missing, damaged := 0, 0
	for i, f := range s.Files {
		list[i].Path, list[i].Err = v.find(ctx, s, f, r.dir, anew)
		switch err := list[i].Err; {
		case ctx.Err() != nil:
			return nil, "", ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
			missing++
		case err != nil:
			damaged++
		}
	}
	switch {
	case damaged > 0:
		return list, Damaged, nil
	case missing == len(list):
		return list, Absent, nil
	case missing > 0:
		return list, Incomplete, nil
	}
	return list, r.state, nil
}

// found is where a set is, and what is known of its files there.
type found struct {
	root    root
	state   State
	results []Result
}

// look finds the root that holds a set whole, or else the one that says most
// about why there is none.
func look(ctx context.Context, s Set, opt Options, anew bool) (found, error) {
	roots, err := opt.roots()
	if err != nil {
		return found{}, err
	}
	v := openVerified(opt)
	defer v.close()
	var best found
	for _, r := range roots {
		list, state, err := v.results(ctx, s, r, anew)
		if err != nil {
			return found{}, err
		}
		f := found{r, state, list}
		if state == r.state {
			return f, nil
		}
		if best.state == "" || slices.Index(worth, state) < slices.Index(worth, best.state) {
			best = f
		}
	}
	return best, nil
}

// worth are the states of sets that cannot be used, the one first that a person
// must know of first.
var worth = []State{Damaged, Incomplete, Absent}

// Locate returns the folder in which the files of a data set are, in the mirror
// or downloaded. Every file was compared with its checksum, now or earlier; a
// file whose size or time has changed since is compared again. The errors wrap
// ErrUnknown, ErrAbsent or ErrDamaged, and say what to do.
//
// Locate tells package trace on what the answer rests, so that a cell in which
// it failed runs again when the data is there.
func Locate(ctx context.Context, name string, opt Options) (folder string, err error) {
	opening(ctx, opt)
	s, err := Lookup(name, opt)
	if err != nil {
		return "", err
	}
	roots, err := opt.roots()
	if err != nil {
		return "", err
	}
	for _, r := range roots {
		trace.Opening(ctx, s.in(r.dir))
	}
	f, err := look(ctx, s, opt, false)
	if err != nil {
		return "", err
	}
	switch f.state {
	case InMirror, Pulled:
		return s.in(f.root.dir), nil
	case Damaged:
		for _, r := range f.results {
			if r.Err == nil || errors.Is(r.Err, fs.ErrNotExist) {
				continue
			}
			repair := fmt.Sprintf("fetch it anew with \"run data pull %s\"", s.Name)
			if f.root.state == InMirror {
				repair = "put the right file there, or use another mirror"
			}
			return "", fmt.Errorf("the data set %s cannot be used: %s: %w; %s", s.Name, r.Path, r.Err, repair)
		}
	}
	return "", s.absent(f, roots)
}

// opening tells the variables and the file that say where data sets are.
func opening(ctx context.Context, opt Options) {
	for _, o := range []struct{ option, variable string }{{opt.Mirror, MirrorVariable}, {opt.Folder, FolderVariable}, {opt.Registry, RegistryVariable}} {
		if o.option == "" {
			trace.Opening(ctx, trace.Variable(o.variable))
		}
	}
	if file := opt.registry(); file != "" {
		trace.Opening(ctx, file)
	}
}

// absent is the error for a set that is not there, or not whole.
func (s Set) absent(f found, roots []root) error {
	what := "it is not on this machine"
	if f.state == Incomplete {
		var missing []string
		for _, r := range f.results {
			if r.Err != nil {
				missing = append(missing, filepath.Base(r.Path))
			}
		}
		what = fmt.Sprintf("%s lacks %s", s.in(f.root.dir), strings.Join(missing, ", "))
	} else if len(roots) > 1 {
		what = fmt.Sprintf("it is neither in the mirror %s nor downloaded", roots[0].dir)
	}
	return absentError(fmt.Sprintf("the data set %s cannot be used: %s; fetch it with \"run data pull %s\", or name a folder that has it with -mirror DIR or %s",
		s.Name, what, s.Name, MirrorVariable))
}

// absentError is ErrAbsent with what to do.
type absentError string

func (e absentError) Error() string { return string(e) }

func (e absentError) Is(target error) bool { return target == ErrAbsent }

func (s Set) in(dir string) string { return filepath.Join(dir, filepath.FromSlash(s.Folder)) }

// Look says where a data set is, as Locate finds it, and in which folder it
// would be.
func Look(ctx context.Context, name string, opt Options) (folder string, state State, err error) {
	s, err := Lookup(name, opt)
	if err != nil {
		return "", "", err
	}
	f, err := look(ctx, s, opt, false)
	return s.in(f.root.dir), f.state, err
}

// Verify compares every file of a data set with its checksum anew, whether or
// not that was done before, where Locate would find it. The error is for names
// that are not known and for a context that ended; what is wrong with files is
// in the results, one for each file.
func Verify(ctx context.Context, name string, opt Options) ([]Result, State, error) {
	s, err := Lookup(name, opt)
	if err != nil {
		return nil, "", err
	}
	f, err := look(ctx, s, opt, true)
	return f.results, f.state, err
}

// Downloads compares every file of a set in the folder of downloads, whether or
// not a mirror has it, and returns the set's folder there. Files that are as
// they were when they were found good are not read.
func Downloads(ctx context.Context, s Set, opt Options) (folder string, results []Result, err error) {
	dir, err := opt.folder()
	if err != nil {
		return "", nil, err
	}
	v := openVerified(opt)
	defer v.close()
	results, _, err = v.results(ctx, s, root{dir, Pulled}, false)
	return s.in(dir), results, err
}

// Strangers returns the names of files in the set's folder, or below it, that
// the registry does not know, so that nobody has verified them. Hidden files do
// not count.
func (s Set) Strangers(folder string) []string {
	known := map[string]bool{}
	for _, f := range s.Files {
		known[f.Path] = true
		if f.Form != Verbatim {
			known[strings.TrimSuffix(f.Path, ".gz")] = true
		}
	}
	for _, name := range s.Beside {
		known[name] = true
	}
	var names []string
	_ = filepath.WalkDir(folder, func(p string, e fs.DirEntry, err error) error {
		rel, relErr := filepath.Rel(folder, p)
		switch {
		case err != nil || relErr != nil || p == folder:
		case strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return fs.SkipDir
			}
		case !e.IsDir() && !known[filepath.ToSlash(rel)]:
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	return names
}
