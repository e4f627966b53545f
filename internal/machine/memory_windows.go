package machine

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// Memory is the machine's memory in bytes; 0 where it is not known.
func Memory() uint64 {
	var status struct {
		length, load                   uint32
		total, available               uint64
		pageTotal, pageAvailable       uint64
		virtualTotal, virtualAvailable uint64
		extendedVirtual                uint64
	}
	status.length = uint32(unsafe.Sizeof(status))
	call := windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx")
	if ok, _, _ := call.Call(uintptr(unsafe.Pointer(&status))); ok == 0 {
		return 0
	}
	return status.total
}
