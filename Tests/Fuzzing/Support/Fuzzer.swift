@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int) -> Int

/// The fuzzer's mutation of some bytes, at most twice as many.
func libFuzzerMutated(_ bytes: [UInt8]) -> [UInt8] {
    var buffer = bytes + [UInt8](repeating: 0, count: bytes.count + 16)
    let count = buffer.withUnsafeMutableBufferPointer { mutate($0.baseAddress!, bytes.count, $0.count) }
    return Array(buffer.prefix(count))
}

/// Lays the seeds of the target where the fuzzer looks for them.
@_cdecl("LLVMFuzzerInitialize")
public func begin(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
    Files.write(seeds)
    return 0
}

/// Half of the time documents are changed by their parts, else the fuzzer does as it does.
@_cdecl("LLVMFuzzerCustomMutator")
public func change(
    _ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int, _ seed: UInt32
) -> Int {
    guard seed & 1 == 0 else { return mutate(start, count, capacity) }
    var mutation = DocumentMutation(
        Array(UnsafeBufferPointer(start: start, count: count)), seed: seed >> 1, donors: seeds)
    let mutated = mutation.mutated()
    guard mutated.count <= capacity, !mutated.isEmpty else { return mutate(start, count, capacity) }
    start.update(from: mutated, count: mutated.count)
    return mutated.count
}
