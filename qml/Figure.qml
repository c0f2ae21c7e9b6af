import QtQuick

// One number with its name.
Rectangle {
    id: figure

    required property var colors
    required property string name
    required property string value
    property color valueColor: colors.text

    implicitHeight: column.implicitHeight + 28
    color: colors.surface
    border.color: colors.border
    radius: 8

    Accessible.role: Accessible.StaticText
    Accessible.name: figure.name + ": " + figure.value

    Column {
        id: column

        anchors { left: parent.left; right: parent.right; leftMargin: 16; rightMargin: 12; verticalCenter: parent.verticalCenter }
        spacing: 2

        Text {
            width: parent.width
            text: figure.value
            color: figure.valueColor
            font { pixelSize: 26; weight: Font.DemiBold }
            elide: Text.ElideRight
        }
        Text {
            width: parent.width
            text: figure.name
            color: figure.colors.quiet
            elide: Text.ElideRight
        }
    }
}
