import Foundation

/// The directory in which a run keeps its results, as the script says.
enum Files {
    static let kept = ProcessInfo.processInfo.environment["FUZZ_KEPT"] ?? "."

    /// Lays seeds where the fuzzer looks for them.
    static func write(_ seeds: [[UInt8]]) {
        guard let folder = ProcessInfo.processInfo.environment["FUZZ_SEEDS"] else { return }
        for (number, seed) in seeds.enumerated() {
            let file = URL(fileURLWithPath: folder).appendingPathComponent("seed-\(number)")
            try! Data(seed).write(to: file)
        }
    }
}
