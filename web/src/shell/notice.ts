import { notifications } from '@mantine/notifications'

/** Says that something asked for was refused, where its button has no room for it. */
export function sayRefused(error: Error): void {
  notifications.show({ color: 'red', title: 'It was not done', message: error.message, autoClose: 8_000 })
}
