using System.Collections.ObjectModel;

namespace DataForge.Cleaner;

/// <summary>
/// A list option with a default: the first value added replaces the default. Configuration binders add to the list they find, so that
/// with a plain list what the user gives would only ever come on top.
/// </summary>
public sealed class DefaultedList : Collection<string>
{
    private bool _isDefault;

    /// <summary>A list that holds these values until others are added.</summary>
    public DefaultedList(params string[] defaults)
    {
        foreach (string value in defaults)
        {
            Add(value);
        }

        _isDefault = true;
    }

    /// <inheritdoc/>
    protected override void InsertItem(int index, string item)
    {
        if (_isDefault)
        {
            _isDefault = false;
            ClearItems();
            index = 0;
        }

        base.InsertItem(index, item);
    }
}
