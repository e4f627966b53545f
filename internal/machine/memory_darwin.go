package machine

import "golang.org/x/sys/unix"

// Memory is the machine's memory in bytes; 0 where it is not known.
func Memory() uint64 {
	n, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return n
}
