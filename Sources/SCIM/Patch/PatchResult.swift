public import StrictJSON

/// How a patch is applied.
public struct PatchOptions: Sendable, Hashable {
    /// The options by which values are read.
    public var values: ReadOptions
    /// Whether a replace of `attribute[type eq "x"].part` that finds nothing makes the element when the filter is no more
    /// than a free place: one suggested `type`, or `primary eq true`. Else, and by default, it is `noTarget`
    /// (RFC 7644 §3.5.2.3).
    public var fillsEmptyPlaces: Bool

    /// Options with the standard value for each one left out.
    public init(
        values: ReadOptions = ReadOptions(acceptsSingleValues: true), fillsEmptyPlaces: Bool = false
    ) {
        self.values = values
        self.fillsEmptyPlaces = fillsEmptyPlaces
    }

    /// Single values taken for lists; empty places stay empty.
    public static let standard = PatchOptions()
}

/// The effect of a patch on the password.
public enum PasswordChange: Sendable, Hashable {
    /// Nothing.
    case unchanged
    /// It is this one now.
    case set(String)
    /// There is none any more.
    case removed
}

/// A resource after a patch.
public struct PatchResult: Sendable, Hashable {
    /// The resource, canonical; `schemas` as the data says. Without the password.
    public var resource: JSONObject
    /// Whether anything differs: if not, the version and `lastModified` stay.
    public var changed: Bool
    /// The names that no schema knows.
    public var ignored: [String]
    /// The attributes of which a value was too long and left out, see `ReadOptions.droppedWhenLong`.
    public var dropped: [String]
    /// The top-level attributes that differ; those of extensions with their URN.
    public var changedPaths: [String]
    /// The effect on the password.
    public var password: PasswordChange
}
