// Command kernel is a kernel and nothing else.
package main

import "viva/runtime/kernel"

func main() { kernel.Main() }
