package neardup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"sync/atomic"
)

// room is the memory that is left for what could also be in a file.
type room struct{ left atomic.Int64 }

// take reports whether there was room for so many bytes, which then are taken.
func (r *room) take(bytes int) bool {
	if r.left.Add(-int64(bytes)) >= 0 {
		return true
	}
	r.left.Add(int64(bytes))
	return false
}

func (r *room) give(bytes int) { r.left.Add(int64(bytes)) }

// spill is a temporary file for what memory has no room for. It is made when
// something is written to it.
type spill struct {
	mu   sync.Mutex
	file *os.File
	end  atomic.Int64
}

func (s *spill) open() (*os.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		f, err := os.CreateTemp("", "viva-neardup-")
		if err != nil {
			return nil, fmt.Errorf("neardup: a temporary file is needed, because Options.MemoryBytes is too little: %w", err)
		}
		s.file = f
		// Where the system allows it the name goes at once, so that nothing is left
		// behind even by a process that is killed.
		_ = os.Remove(f.Name())
	}
	return s.file, nil
}

// write appends b and returns where. It may be called from several goroutines
// at once.
func (s *spill) write(b []byte) (int64, error) {
	f, err := s.open()
	if err != nil {
		return 0, err
	}
	at := s.end.Add(int64(len(b))) - int64(len(b))
	if _, err := f.WriteAt(b, at); err != nil {
		return 0, fmt.Errorf("neardup: writing what memory has no room for (Options.MemoryBytes) to a temporary file: %w", err)
	}
	return at, nil
}

func (s *spill) read(b []byte, at int64) error {
	if _, err := s.file.ReadAt(b, at); err != nil {
		return fmt.Errorf("neardup: reading a temporary file: %w", err)
	}
	return nil
}

// close removes the file.
func (s *spill) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if e := os.Remove(s.file.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) {
		err = errors.Join(err, e)
	}
	return err
}

// record is an entry of an index: a text under a key. What value means is the
// index's matter.
type record struct {
	key        uint64
	row, value uint32
}

const recordBytes = 16

// partitions are records in parts, in memory while there is room and else in a
// file.
type partitions struct {
	room  *room
	spill *spill
	shift uint
	parts []partition
}

type partition struct {
	mu     sync.Mutex
	chunks [][]record
	// spilled are the places of chunks in the file.
	spilled []place
}

type place struct {
	at      int64
	records int
}

// newPartitions makes as many parts as so many records need for each to be
// loaded by itself in some bytes, at least 64 and at most 4096.
func newPartitions(room *room, spill *spill, records, bytes int64) *partitions {
	log := uint(6)
	for log < 12 && records*recordBytes>>log > min(bytes, 4<<20) {
		log++
	}
	return &partitions{room: room, spill: spill, shift: 64 - log, parts: make([]partition, 1<<log)}
}

// feed adds records for one worker.
type feed struct {
	p       *partitions
	pending [][]record
}

// chunkRecords is how many records go to a partition at once.
const chunkRecords = 1024

func (p *partitions) feed() *feed { return &feed{p, make([][]record, len(p.parts))} }

// add puts a record into the part that the highest bits of a hash say.
func (f *feed) add(hash uint64, r record) error {
	i := hash >> f.p.shift
	f.pending[i] = append(f.pending[i], r)
	if len(f.pending[i]) == chunkRecords {
		return f.flushPart(int(i))
	}
	return nil
}

func (f *feed) flush() error {
	for i := range f.pending {
		if err := f.flushPart(i); err != nil {
			return err
		}
	}
	return nil
}

func (f *feed) flushPart(i int) error {
	chunk := f.pending[i]
	if len(chunk) == 0 {
		return nil
	}
	part := &f.p.parts[i]
	if f.p.room.take(len(chunk) * recordBytes) {
		chunk = slices.Clone(chunk)
		part.mu.Lock()
		part.chunks = append(part.chunks, chunk)
		part.mu.Unlock()
	} else {
		b := make([]byte, 0, len(chunk)*recordBytes)
		for _, r := range chunk {
			b = binary.LittleEndian.AppendUint64(b, r.key)
			b = binary.LittleEndian.AppendUint32(b, r.row)
			b = binary.LittleEndian.AppendUint32(b, r.value)
		}
		at, err := f.p.spill.write(b)
		if err != nil {
			return err
		}
		part.mu.Lock()
		part.spilled = append(part.spilled, place{at, len(chunk)})
		part.mu.Unlock()
	}
	f.pending[i] = f.pending[i][:0]
	return nil
}

// take returns the records of a part, in any order, and forgets them.
func (p *partitions) take(i int) ([]record, error) {
	part := &p.parts[i]
	all := slices.Concat(part.chunks...)
	p.room.give(len(all) * recordBytes)
	for _, s := range part.spilled {
		b := make([]byte, s.records*recordBytes)
		if err := p.spill.read(b, s.at); err != nil {
			return nil, err
		}
		for ; len(b) > 0; b = b[recordBytes:] {
			all = append(all, record{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])})
		}
	}
	part.chunks, part.spilled = nil, nil
	return all, nil
}
