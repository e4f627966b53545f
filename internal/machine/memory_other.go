//go:build !linux && !darwin && !windows

package machine

// Memory is the machine's memory in bytes; 0 where it is not known.
func Memory() uint64 { return 0 }
