import Foundation
import Glibc

extension Pipe {
    /// Everything that was written until the other end closed. A signal in between, such as that of a child's end, is
    /// no reason to stop.
    func text() -> String {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(fileHandleForReading.fileDescriptor, &buffer, buffer.count)
            if count > 0 { all += buffer[..<count] } else if count == 0 || errno != EINTR { break }
        }
        return String(decoding: all, as: UTF8.self)
    }
}
