using System.Numerics;

namespace VoiceGlm.Audio;

/// <summary>Packets by number. Keeps its memory: it grows to the largest payload of each place and allocates nothing from then on.</summary>
internal sealed class PacketStore
{
    /// <summary>Packets that fit: 2.5 s of 20 ms.</summary>
    public const int Capacity = 128;

    // 20 ms of G.711 or G.722, and most of Opus.
    private const int SmallestBuffer = 160;

    private readonly Slot[] _slots = new Slot[Capacity];

    /// <summary>Packets in the store.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the packet of a number is there.</summary>
    public bool Contains(long sequence) => SlotOf(sequence) is { IsTaken: true } slot && slot.Packet.Sequence == sequence;

    /// <summary>Takes a packet. Numbers in the store are less than <see cref="Capacity"/> apart: the caller sees to it.</summary>
    public void Add(StoredPacket packet, ReadOnlySpan<byte> payload)
    {
        ref Slot slot = ref SlotOf(packet.Sequence);
        if (!slot.IsTaken) Count++;
        if (slot.Payload is null || slot.Payload.Length < payload.Length)
            slot.Payload = new byte[Math.Max(SmallestBuffer, (int)BitOperations.RoundUpToPowerOf2((uint)payload.Length))];
        payload.CopyTo(slot.Payload);
        slot.PayloadLength = payload.Length;
        slot.Packet = packet;
        slot.IsTaken = true;
    }

    /// <summary>The first packet of a number or after it.</summary>
    public bool TryFind(long sequence, out StoredPacket packet, out ReadOnlySpan<byte> payload)
    {
        for (long number = sequence; Count > 0 && number < sequence + Capacity; number++)
        {
            ref Slot slot = ref SlotOf(number);
            if (!slot.IsTaken || slot.Packet.Sequence != number) continue;
            packet = slot.Packet;
            payload = slot.Payload.AsSpan(0, slot.PayloadLength);
            return true;
        }

        packet = default;
        payload = default;
        return false;
    }

    /// <summary>Forgets a packet.</summary>
    public void Remove(long sequence)
    {
        ref Slot slot = ref SlotOf(sequence);
        if (slot.IsTaken) Count--;
        slot.IsTaken = false;
    }

    /// <summary>Forgets all packets.</summary>
    public void Clear()
    {
        for (int i = 0; i < _slots.Length; i++) _slots[i].IsTaken = false;
        Count = 0;
    }

    private ref Slot SlotOf(long sequence) => ref _slots[sequence & (Capacity - 1)];

    private record struct Slot
    {
        public StoredPacket Packet;
        public byte[]? Payload;
        public int PayloadLength;
        public bool IsTaken;
    }
}
