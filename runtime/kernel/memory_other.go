//go:build !linux && !darwin && !windows

package kernel

// MachineMemory is the machine's memory in bytes; 0 where it is not known.
func MachineMemory() uint64 { return 0 }
