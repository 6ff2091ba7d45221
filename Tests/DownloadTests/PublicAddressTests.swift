import Testing

@testable import Download

struct PublicAddressTests {
    @Test(arguments: [[8, 8, 8, 8], [20, 190, 128, 0], [172, 32, 0, 1], [192, 167, 255, 255]] as [[UInt8]])
    func `addresses of the Internet are asked`(address: [UInt8]) { #expect(PublicAddress.contains(address)) }

    @Test(
        arguments: [
            [0, 0, 0, 0], [10, 1, 2, 3], [100, 64, 0, 1], [127, 0, 0, 1], [169, 254, 169, 254], [172, 16, 0, 1],
            [172, 31, 255, 255], [192, 168, 1, 1], [198, 19, 0, 1], [224, 0, 0, 1], [255, 255, 255, 255], [],
        ] as [[UInt8]])
    func `those of this machine, of private networks and of groups are not`(address: [UInt8]) {
        #expect(!PublicAddress.contains(address))
    }

    @Test(
        arguments: [
            ([0x26, 0x03, 0x10, 0x30], true), ([0x20, 0x01, 0x48, 0x60], true), ([0xFE, 0x80], false), ([0xFC], false),
            ([0xFD, 0x12], false), ([0xFF, 0x02], false), ([0x20, 0x02, 0x7F, 0, 0, 1], false),
            ([0x20, 0x01, 0], false),
            ([0x20, 0x01, 0x0D, 0xB8], false), ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 8, 8, 8, 8], false),
            ([0, 0x64, 0xFF, 0x9B], false), ([], false),
        ] as [([UInt8], Bool)])
    func `of IPv6 only global unicast is asked`(prefix: [UInt8], isPublic: Bool) {
        let address = prefix + [UInt8](repeating: 0, count: 16 - prefix.count)
        #expect(PublicAddress.contains(address) == isPublic)
    }
}
