//go:build !linux

package machine

// HugePages asks the system to back memory that will be read at random places
// by large pages, before it is first touched. It is a hint: where the system
// has none to give, nothing changes.
func HugePages(b []byte) {}
