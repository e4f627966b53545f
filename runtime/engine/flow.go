package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"

	"viva/runtime/cell"
	"viva/runtime/notebook"
)

// Variables that no notebook declares: the state of the global functions of
// math/rand, and that of the packages that keep some.
const (
	randState  = "state of math/rand"
	worldState = "state of the process"
)

// flow follows the state of a notebook's variables from unit to unit, without
// running any. A version names what a variable holds: equal versions, equal
// values.
//
// A variable whose values share nothing changes when it is assigned. Others are
// taken to be aliases of each other as soon as one unit may have made them so:
// they form a group, and whatever may change one of them changes all. A group
// also knows which variables its functions may read when somebody calls them.
type flow struct {
	version map[string]string
	// params are the parameters one by one, and given is the version of params as
	// long as no cell has changed one.
	params map[string]string
	given  string
	// group leads from a variable to another one of its group, or to itself.
	group   map[string]string
	members map[string][]string
	// captured are the variables that functions in a group read.
	captured map[string]map[string]bool
}

// step is what one unit has to do with the state.
type step struct {
	// key names the unit's code and the values of all that it can see.
	key string
	// needs are the variables that it can see, with their versions.
	needs map[string]string
	// changes are the variables that have new values after it.
	changes []string
	// parts are what the key was made of, by name.
	parts map[string]string
}

// newFlow is the state before the first unit.
func newFlow(nb *notebook.Notebook) *flow {
	f := &flow{
		version: initial(nb), params: map[string]string{}, group: map[string]string{}, members: map[string][]string{},
		captured: map[string]map[string]bool{},
	}
	f.given = f.version["params"]
	for _, p := range nb.Meta.Params {
		f.params[p.Name] = fmt.Sprintf("%s %#v", p.Type, p.Value)
	}
	return f
}

// initial are the versions of the variables that a kernel has from the start.
func initial(nb *notebook.Notebook) map[string]string {
	params := ""
	for _, p := range nb.Meta.Params {
		params += fmt.Sprintf("%q %s %#v\n", p.Name, p.Type, p.Value)
	}
	seed := fmt.Sprint(nb.Meta.Seed)
	return map[string]string{"ctx": "the context", "seed": seed, "params": digest(params), randState: "seed " + seed, worldState: "fresh"}
}

func digest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintln(h, len(t))
		io.WriteString(h, t)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// root is the variable that stands for a group.
func (f *flow) root(v string) string {
	for f.group[v] != "" && f.group[v] != v {
		v = f.group[v]
	}
	return v
}

// join makes a variable a member of a group, which may be "" for none yet, and
// returns the group.
func (f *flow) join(group, v string) string {
	if f.group[v] == "" {
		f.group[v], f.members[v] = v, []string{v}
	}
	v = f.root(v)
	if group == "" || group == v {
		return v
	}
	f.group[v] = group
	f.members[group] = append(f.members[group], f.members[v]...)
	if f.captured[v] != nil {
		if f.captured[group] == nil {
			f.captured[group] = map[string]bool{}
		}
		maps.Copy(f.captured[group], f.captured[v])
	}
	return group
}

// step enters what a unit does, before it is known what comes out of it.
func (f *flow) step(e cell.Effects) step {
	s := step{needs: map[string]string{}, parts: map[string]string{}}
	uses := slices.Clone(e.Uses)
	// Who reads single parameters does not depend on the others, as long as no cell
	// has changed any; but finds them so only where none has in the kernel.
	whole := e.AllParams || f.group["params"] != "" || f.version["params"] != f.given
	if e.AllParams || len(e.Params) > 0 {
		uses = append(uses, cell.Use{ID: "params"})
	}
	for id, used := range map[string]bool{randState: e.Rand, worldState: e.World} {
		if used {
			uses = append(uses, cell.Use{ID: id, Written: true, Shared: true})
		}
	}
	group := ""
	for _, u := range uses {
		if _, known := f.version[u.ID]; u.Imported && !known {
			f.version[u.ID] = "" // which a fresh kernel has for it
		}
		if u.Shared || u.Written && f.group[u.ID] != "" {
			group = f.join(group, u.ID)
		} else if u.Written {
			s.changes = append(s.changes, u.ID)
		}
	}
	if group != "" {
		for _, u := range uses {
			if u.Captured {
				if f.captured[group] == nil {
					f.captured[group] = map[string]bool{}
				}
				f.captured[group][u.ID] = true
			}
		}
		s.changes = append(s.changes, f.members[group]...)
		f.see(&s, group, map[string]bool{})
	}
	for _, u := range uses {
		if v, ok := f.version[u.ID]; ok {
			s.needs[u.ID] = v
		}
		// What is read may be reached through the others too: a unit that ran again
		// because of one of them has changed it in the kernel.
		if f.group[u.ID] != "" {
			for _, m := range f.members[f.root(u.ID)] {
				if v, ok := f.version[m]; ok {
					s.needs[m] = v
				}
			}
		}
	}
	slices.Sort(s.changes)
	s.parts["code"] = e.ID
	for _, p := range e.Params {
		s.parts["param "+p] = f.params[p]
	}
	for id, v := range s.needs {
		if id != "params" || whole {
			s.parts["var "+id] = v
		}
	}
	for _, id := range s.changes {
		// What becomes one group here changes as one.
		s.parts["changes "+id] = ""
	}
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(s.parts)) {
		texts = append(texts, name, s.parts[name])
	}
	s.key = digest(texts...)
	return s
}

// see adds what code that uses a group can see: its members, and what functions
// in it read.
func (f *flow) see(s *step, group string, seen map[string]bool) {
	if seen[group] {
		return
	}
	seen[group] = true
	for _, v := range f.members[group] {
		if version, ok := f.version[v]; ok {
			s.needs[v] = version
		}
	}
	for v := range f.captured[group] {
		if version, ok := f.version[v]; ok {
			s.needs[v] = version
		}
		if f.group[v] != "" {
			f.see(s, f.root(v), seen)
		}
	}
}

// done enters what came out of a unit.
func (f *flow) done(s step, result string) {
	for _, v := range s.changes {
		f.version[v] = result
	}
}
