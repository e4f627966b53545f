package machine

import (
	"fmt"
	"os"
	"strings"
)

// Memory is the machine's memory in bytes, or the limit of the control
// group where that is lower; 0 where it is not known.
func Memory() uint64 {
	var total uint64
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			var kib uint64
			if n, _ := fmt.Sscanf(line, "MemTotal: %d kB", &kib); n == 1 {
				total = kib << 10
				break
			}
		}
	}
	if b, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		var limit uint64
		if n, _ := fmt.Sscan(string(b), &limit); n == 1 && limit > 0 && (total == 0 || limit < total) {
			total = limit
		}
	}
	return total
}
