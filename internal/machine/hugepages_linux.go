package machine

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// HugePages asks the system to back memory that will be read at random places
// by large pages, before it is first touched. It is a hint: where the system
// has none to give, nothing changes.
func HugePages(b []byte) {
	const size = 2 << 20
	if len(b) < 2*size {
		return
	}
	skip := -uintptr(unsafe.Pointer(unsafe.SliceData(b))) % size
	b = b[skip:]
	_ = unix.Madvise(b[:len(b)/size*size], unix.MADV_HUGEPAGE)
}
