package dataset

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// Member is a file of a folder that is fetched file by file.
type Member struct {
	// Name is its path below the origin's address, with forward slashes.
	Name string
	Checksums
}

// Members returns the members of a file that is made of many, nil for others.
func (s Set) Members(f File) ([]Member, error) {
	if f.Origin.Members == "" {
		return nil, nil
	}
	return readMembers(s.from.lists, f.Origin.Members)
}

// readMembers reads a list of members: sha256, size and name, with tabs between
// them, compressed if the list's name ends in .gz.
func readMembers(lists fs.FS, name string) ([]Member, error) {
	f, err := lists.Open(name)
	if err != nil {
		return nil, fmt.Errorf("the list of members: %w", err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("the list of members %s: %w", name, err)
		}
	}
	var all []Member
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s:%d: not sha256, size and name with tabs between them", name, n)
		}
		size, err := strconv.ParseInt(fields[1], 10, 64)
		m := Member{fields[2], Checksums{Bytes: size, SHA256: fields[0]}}
		if err != nil || size < 0 || m.check() != nil || m.SHA256 == "" || !local(m.Name) {
			return nil, fmt.Errorf("%s:%d: not sha256, size and name with tabs between them", name, n)
		}
		all = append(all, m)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("the list of members %s: %w", name, err)
	}
	return all, nil
}
