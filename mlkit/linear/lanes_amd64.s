#include "textflag.h"

// A row of weights is 16 float32, 64 bytes: two 256-bit registers. An entry is
// 8 bytes: the column, then the value. Products are rounded before they are
// added (no fused instructions), as in the portable code.

// func addDotAVX2(sum, weights *vector, row *entry, n int)
TEXT ·addDotAVX2(SB), NOSPLIT, $0-32
	MOVQ sum+0(FP), DI
	MOVQ weights+8(FP), SI
	MOVQ row+16(FP), R8
	MOVQ n+24(FP), CX
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3

pair:
	SUBQ $2, CX
	JLT  last
	MOVLQSX (R8), AX
	MOVLQSX 8(R8), BX
	SHLQ $6, AX
	SHLQ $6, BX
	VBROADCASTSS 4(R8), Y4
	VBROADCASTSS 12(R8), Y5
	VMULPS (SI)(AX*1), Y4, Y6
	VMULPS 32(SI)(AX*1), Y4, Y7
	VMULPS (SI)(BX*1), Y5, Y8
	VMULPS 32(SI)(BX*1), Y5, Y9
	VADDPS Y6, Y0, Y0
	VADDPS Y7, Y1, Y1
	VADDPS Y8, Y2, Y2
	VADDPS Y9, Y3, Y3
	ADDQ $16, R8
	JMP  pair

last:
	ADDQ $1, CX
	JNE  done
	MOVLQSX (R8), AX
	SHLQ $6, AX
	VBROADCASTSS 4(R8), Y4
	VMULPS (SI)(AX*1), Y4, Y6
	VMULPS 32(SI)(AX*1), Y4, Y7
	VADDPS Y6, Y0, Y0
	VADDPS Y7, Y1, Y1

done:
	VADDPS Y2, Y0, Y0
	VADDPS Y3, Y1, Y1
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VZEROUPPER
	RET

// func addRowAVX2(weights, step *vector, row *entry, n int)
TEXT ·addRowAVX2(SB), NOSPLIT, $0-32
	MOVQ weights+0(FP), SI
	MOVQ step+8(FP), DI
	MOVQ row+16(FP), R8
	MOVQ n+24(FP), CX
	VMOVUPS (DI), Y0
	VMOVUPS 32(DI), Y1

next:
	MOVLQSX (R8), AX
	SHLQ $6, AX
	VBROADCASTSS 4(R8), Y4
	VMULPS Y0, Y4, Y6
	VMULPS Y1, Y4, Y7
	VADDPS (SI)(AX*1), Y6, Y6
	VADDPS 32(SI)(AX*1), Y7, Y7
	VMOVUPS Y6, (SI)(AX*1)
	VMOVUPS Y7, 32(SI)(AX*1)
	ADDQ $8, R8
	DECQ CX
	JNE  next
	VZEROUPPER
	RET

// func prefetchEntries(row *entry, n int)
TEXT ·prefetchEntries(SB), NOSPLIT, $0-16
	MOVQ row+0(FP), R8
	MOVQ n+8(FP), CX

line:
	PREFETCHT0 (R8)
	ADDQ $64, R8
	SUBQ $8, CX
	JGT  line
	RET
