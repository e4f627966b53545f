package kernel

import "golang.org/x/sys/unix"

// MachineMemory is the machine's memory in bytes; 0 where it is not known.
func MachineMemory() uint64 {
	n, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return n
}
