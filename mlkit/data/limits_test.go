package data_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"viva/mlkit/data"
)

// zeros returns a gzip file of n zero bytes, quickly: members of one mebibyte.
func zeros(t *testing.T, n int) string {
	member := gz(t, string(make([]byte, 1<<20)))
	return strings.Repeat(member, n>>20)
}

// overlapping returns a zip file whose directory names the same compressed zeros
// again and again, each time as another file.
func overlapping(t *testing.T, names, size int) string {
	t.Helper()
	raw := make([]byte, size)
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	must(t, err)
	_, err = w.Write(raw)
	must(t, err)
	must(t, w.Close())
	var b bytes.Buffer
	header := func(signature uint32, central bool, name string) {
		put := func(values ...any) {
			for _, v := range values {
				must(t, binary.Write(&b, binary.LittleEndian, v))
			}
		}
		put(signature)
		if central {
			put(uint16(20))
		}
		put(uint16(20), uint16(0), uint16(zip.Deflate), uint32(0), crc32.ChecksumIEEE(raw), uint32(packed.Len()), uint32(size), uint16(len(name)), uint16(0))
		if central {
			put(uint16(0), uint16(0), uint16(0), uint32(0), uint32(0))
		}
		b.WriteString(name)
	}
	header(0x04034b50, false, "x/00000")
	b.Write(packed.Bytes())
	start := b.Len()
	for i := range names {
		header(0x02014b50, true, fmt.Sprintf("x/%05d", i))
	}
	length := b.Len() - start
	for _, v := range []any{uint32(0x06054b50), uint16(0), uint16(0), uint16(names), uint16(names), uint32(length), uint32(start), uint16(0)} {
		must(t, binary.Write(&b, binary.LittleEndian, v))
	}
	return b.String()
}

// sparse returns a tar file with a file of a tebibyte, all of it holes.
func sparse(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	content := "1\n1099511627775\n1\n"
	content += strings.Repeat("\x00", 512-len(content)) + "x"
	must(t, w.WriteHeader(&tar.Header{Name: "x/1", Size: int64(len(content)), Mode: 0o666, Typeflag: tar.TypeReg, Format: tar.FormatPAX,
		PAXRecords: map[string]string{"VIVA.a": strings.Repeat("b", 80)}}))
	_, err := w.Write([]byte(content))
	must(t, err)
	must(t, w.Close())
	// The writer refuses the records of sparse files, so they are put in the
	// place of one as long.
	record := "91 VIVA.a=" + strings.Repeat("b", 80) + "\n"
	records := "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n37 GNU.sparse.realsize=1099511627776\n"
	padding := len(record) - len(records)
	records += fmt.Sprintf("%d c=%s\n", padding, strings.Repeat("d", padding-6))
	if strings.Count(b.String(), record) != 1 || len(records) != len(record) {
		t.Fatalf("the archive cannot be made: %q has %d bytes, %q has %d", record, len(record), records, len(records))
	}
	return strings.Replace(b.String(), record, records, 1)
}

// A small file neither takes much memory nor much time, and the message says
// what was cut off where.
func TestSmallFilesStaySmall(t *testing.T) {
	line := func(n int) string { return strings.Repeat("a", n) }
	for _, tc := range []struct {
		name, file, content string
		opt                 data.Options
		most                int // MiB of memory in all
		want                string
	}{
		{"a table of zeros", "c.csv.gz", zeros(t, 100<<20), data.Options{}, 320, "expand to more than 64 MiB"},
		{"lines of zeros", "c.txt.gz", zeros(t, 100<<20), data.Options{Format: "lines"}, 320, "expand to more than 64 MiB"},
		{"an archive of a file of zeros", "c.tgz", zeros(t, 100<<20), data.Options{}, 64, "archive"},
		{"a long file in an archive", "c.tar.gz", gz(t, archive(t, "x/1", line(40<<20))), data.Options{}, 160, "c.tar.gz/x/1: longer than 32 MiB"},
		{"compressed files in an archive", "c.tar", archive(t, "x/1.gz", zeros(t, 30<<20), "x/2.gz", zeros(t, 30<<20), "x/3.gz", zeros(t, 30<<20)), data.Options{}, 320, "expand to more than 64 MiB"},
		{"files in a zip that overlap", "c.zip", overlapping(t, 500, 1<<20), data.Options{}, 320, "expand to more than 64 MiB"},
		{"a file of holes", "c.tar", sparse(t), data.Options{}, 200, "longer than 32 MiB"},
		{"a million columns in CSV", "c.csv", "text,label\n" + strings.Repeat(",", 1_000_000), data.Options{}, 16, "c.csv:2: a row of more than 10000 columns"},
		{"a million columns in the heading", "c.csv", strings.Repeat("a,", 1_000_000), data.Options{}, 16, "c.csv:1: a row of more than 10000 columns"},
		{"a million columns behind a bad row", "c.csv", "text,label\nb\"ad,x\n" + strings.Repeat(",", 1_000_000), data.Options{SkipMalformed: true}, 16, "c.csv:3: a row of more than 10000 columns"},
		{"a million columns in TSV", "c.tsv", "text\tlabel\n" + strings.Repeat("\t", 1_000_000), data.Options{}, 16, "c.tsv:2: a row of more than 10000 columns"},
		{"a million fields in JSON", "c.jsonl", "{" + strings.Repeat("\"a\":1,", 1_000_000) + "\"b\":2}", data.Options{}, 32, "c.jsonl:1: a row of more than 10000 columns"},
		{"deep JSON", "c.jsonl", strings.Repeat("[", 1<<20), data.Options{}, 16, "c.jsonl:1: not a JSON object"},
		{"a million entities", "c.jsonl", `{"text":"a","label":"x","entities":[` + strings.Repeat("{},", 1_000_000) + "{}]}", data.Options{}, 32, "more than 100000 items"},
		{"one long line of JSON", "c.jsonl", `{"text":"` + line(40<<20) + `"}`, data.Options{}, 60, "c.jsonl:1: a row of more than 32 MiB"},
		{"one long row of CSV", "c.csv", "text,label\n\"" + line(40<<20), data.Options{}, 60, "c.csv:2: a row of more than 32 MiB"},
		{"one long line of text", "c.txt", "x\t" + line(40<<20), data.Options{Format: "lines"}, 120, "c.txt:1: a row of more than 32 MiB"},
		{"many short rows", "c.txt", strings.Repeat("x\ty\n", 1_000_000), data.Options{Format: "lines", MaxBytes: 64 << 20}, 320, "the corpus would be larger than 64 MiB: read a part of it, or set Options.MaxBytes"},
		{"many short rows of JSON", "c.jsonl", strings.Repeat("{}\n", 1_000_000), data.Options{MaxBytes: 64 << 20}, 64, "the corpus would be larger than 64 MiB"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tc.file)
			must(t, os.WriteFile(path, []byte(tc.content), 0o666))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := data.Open(context.Background(), path, tc.opt)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("the error %v does not say %q", err, tc.want)
			}
			if strings.Contains(tc.want, "more than") && !errors.Is(err, data.ErrTooLarge) {
				t.Errorf("the error %v is not %v", err, data.ErrTooLarge)
			}
			if used := int((after.TotalAlloc - before.TotalAlloc) >> 20); used > tc.most {
				t.Errorf("a file of %d bytes took %d MiB, more than %d", len(tc.content), used, tc.most)
			}
		})
	}
}

// A folder may hold what is no text at all; its size alone is looked at.
func TestLongFilesInFolders(t *testing.T) {
	dir := folder(t, map[string]string{"x/1": "one"})
	must(t, os.Truncate(filepath.Join(dir, "x", "1"), 1<<40))
	if err := openError(t, dir, data.Options{}); !strings.Contains(err, "longer than 32 MiB") {
		t.Error(err)
	}
	table := filepath.Join(t.TempDir(), "c.csv")
	must(t, os.WriteFile(table, nil, 0o666))
	must(t, os.Truncate(table, 1<<40))
	if err := openError(t, table, data.Options{}); !strings.Contains(err, "larger than 2 GiB") {
		t.Error(err)
	}
}

// Text of a few words, as logs and forms are, is compressed to a fiftieth and
// is still text.
func TestRepetitiveTextIsRead(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var row strings.Builder
	row.WriteString("x\t")
	for row.Len() < 1<<20 {
		fmt.Fprintf(&row, "the same words in every line, and then a number that is another one, which is here %d; ", r.IntN(4))
	}
	row.WriteByte('\n')
	member := gz(t, row.String())
	if ratio := row.Len() / len(member); ratio < 40 {
		t.Fatalf("the text is compressed to 1/%d only", ratio)
	}
	path := filepath.Join(t.TempDir(), "train.txt.gz")
	must(t, os.WriteFile(path, []byte(strings.Repeat(member, 70)), 0o666))
	if c := open(t, path, data.Options{Format: "lines"}); c.Len() != 70 {
		t.Errorf("%d documents, want 70", c.Len())
	}
}
